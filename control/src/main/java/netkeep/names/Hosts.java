package netkeep.names;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.wire.Address;
import netkeep.wire.DomainName;
import org.jspecify.annotations.Nullable;

/// What a hosts file says: an address a line, then its name, then others by which it is known (RFC 952's
/// successor, as systems have it). Lines that say nothing of the kind are passed over.
public final class Hosts {
    /// Octets of the longest file that is read to its end.
    public static final int LONGEST = 1 << 22;

    public static final Hosts NONE = new Hosts("");

    private final Map<DomainName, List<Address>> addresses = new HashMap<>();
    private final Map<Address, List<DomainName>> names = new HashMap<>();

    /// @param text of a file
    public Hosts(String text) {
        text.lines().forEach(this::line);
    }

    private void line(String line) {
        int comment = line.indexOf('#');
        String[] words =
                (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+");
        if (words.length < 2) {
            return;
        }
        try {
            Address address = Address.parse(words[0]);
            for (int i = 1; i < words.length; i++) {
                DomainName name = DomainName.parse(words[i]);
                List<Address> known = addresses.computeIfAbsent(name, key -> new ArrayList<>(1));
                if (!known.contains(address)) {
                    known.add(address);
                }
                names.computeIfAbsent(address, key -> new ArrayList<>(1)).add(name);
            }
        } catch (IllegalArgumentException none) {
            // An address with a zone, or another alphabet.
        }
    }

    /// The addresses of a name, in the file's order; empty for none.
    List<Address> addresses(DomainName name) {
        return addresses.getOrDefault(name, List.of());
    }

    /// The names of an address, the first its own.
    @Nullable
    List<DomainName> names(Address address) {
        return names.get(address);
    }
}
