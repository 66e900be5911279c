package netkeep.control;

import java.util.ArrayList;
import java.util.List;
import netkeep.session.AddressMessage;
import netkeep.wire.Address;

/// The links and addresses of a stack, as it tells control.
///
/// As text:
///
/// ```text
/// own-addresses
/// link MAC MTU                             in the order of their numbers
/// address LINK ADDRESS/LENGTH STATE
/// ```
///
/// MAC is a hexadecimal number, STATE one of [AddressMessage]'s.
public record OwnAddresses(List<AddressMessage.Link> links, List<AddressMessage.Own> addresses) {
    /// The first line of the text, and the question to the stack.
    public static final String TITLE = "own-addresses";

    /// The most addresses that one message tells.
    private static final int MOST = 512;

    public OwnAddresses {
        links = List.copyOf(links);
        addresses = addresses.stream().limit(MOST).toList();
    }

    public static boolean is(String text) {
        return text.startsWith(TITLE + "\n");
    }

    public String text() {
        StringBuilder text = new StringBuilder(TITLE).append('\n');
        for (AddressMessage.Link link : links) {
            text.append("link ").append(Long.toHexString(link.mac()));
            text.append(' ').append(link.mtu()).append('\n');
        }
        for (AddressMessage.Own own : addresses) {
            text.append("address ").append(own.link()).append(' ').append(Address.of(own.hi(), own.lo()));
            text.append('/').append(own.prefixLength());
            text.append(' ').append(own.state()).append('\n');
        }
        return text.toString();
    }

    /// Reads [#text].
    ///
    /// @throws IllegalArgumentException if it is none
    public static OwnAddresses parse(String text) {
        List<AddressMessage.Link> links = new ArrayList<>();
        List<AddressMessage.Own> addresses = new ArrayList<>();
        for (String line : text.lines().skip(1).toList()) {
            String[] words = line.split("[ /]");
            if (words[0].equals("link") && words.length == 3) {
                links.add(new AddressMessage.Link(Long.parseLong(words[1], 16), Integer.parseInt(words[2])));
            } else if (words[0].equals("address") && words.length == 5) {
                Address address = Address.parse(words[2]);
                addresses.add(new AddressMessage.Own(
                        address.hi(),
                        address.lo(),
                        Integer.parseInt(words[1]),
                        Integer.parseInt(words[3]),
                        Integer.parseInt(words[4])));
            } else {
                throw new IllegalArgumentException("no line of addresses: " + line);
            }
        }
        return new OwnAddresses(links, addresses);
    }

    byte[] message() {
        return AddressMessage.answer(links, addresses);
    }
}
