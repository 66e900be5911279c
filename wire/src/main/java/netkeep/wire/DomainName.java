package netkeep.wire;

import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A domain name, RFC 1035 §3.1: labels of 1..63 octets, each behind its length, ended by the root's, which is empty.
/// Letters compare alike in either case (RFC 4343 §3).
public final class DomainName {
    /// Octets of the longest name, lengths and the root's label among them (RFC 1035 §2.3.4).
    public static final int LONGEST = 255;

    public static final int LONGEST_LABEL = 63;

    /// The name of no label.
    public static final DomainName ROOT = new DomainName(new byte[1]);

    /// What begins a pointer; 01 and 10 are lengths of no label (RFC 1035 §4.1.4, RFC 6891 §5).
    private static final int POINTER = 0xC0;

    private static final int HEX = 16;

    private final byte[] octets;
    private final int hash;

    private DomainName(byte[] octets) {
        this.octets = octets;
        int sum = 0;
        for (byte octet : octets) {
            sum = 31 * sum + lower(octet);
        }
        this.hash = sum;
    }

    /// Reads a name as people write it: labels with dots between them, perhaps one at the end. `\.`, `\\` and `\DDD`
    /// stand for octets that mean something else by themselves (RFC 1035 §5.1).
    ///
    /// @throws IllegalArgumentException if it is too long, has an empty label, or is not of ASCII's printed
    ///                                  characters
    public static DomainName parse(String text) {
        if (text.equals(".")) {
            return ROOT;
        }
        byte[] octets = new byte[LONGEST];
        int label = 0;
        int next = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                close(octets, label, next, text);
                label = next++;
                continue;
            }
            int octet = c;
            if (c == '\\') {
                int digits = digits(text, i + 1);
                octet = digits > 0 ? Integer.parseInt(text.substring(i + 1, i + 4)) : at(text, i + 1);
                i += Math.max(1, digits);
            }
            if (c > '~' || c < '!' || octet > 0xFF || next >= LONGEST - 1) {
                throw wrong(text);
            }
            octets[next++] = (byte) octet;
        }
        if (next == label + 1 && label != 0) {
            // It ended in a dot, which the root's label stands for.
            return new DomainName(Arrays.copyOf(octets, next));
        }
        close(octets, label, next, text);
        return new DomainName(Arrays.copyOf(octets, next + 1));
    }

    private static int digits(String text, int from) {
        return text.length() >= from + 3 && text.substring(from, from + 3).matches("[0-9]{3}") ? 3 : 0;
    }

    private static char at(String text, int index) {
        if (index >= text.length()) {
            throw wrong(text);
        }
        return text.charAt(index);
    }

    private static void close(byte[] octets, int label, int next, String text) {
        int length = next - label - 1;
        if (length < 1 || length > LONGEST_LABEL || next >= LONGEST) {
            throw wrong(text);
        }
        octets[label] = (byte) length;
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("name \"" + text + "\"");
    }

    /// The name under which an address's own name is found: of in-addr.arpa (RFC 1035 §3.5) or ip6.arpa (RFC 3596
    /// §2.5).
    public static DomainName reverse(Address address) {
        StringBuilder text = new StringBuilder();
        byte[] all = address.octets();
        for (int i = all.length - 1; i >= 0; i--) {
            int octet = all[i] & 0xFF;
            if (address.isV4()) {
                text.append(octet).append('.');
            } else {
                text.append(Character.forDigit(octet % HEX, HEX)).append('.');
                text.append(Character.forDigit(octet / HEX, HEX)).append('.');
            }
        }
        return parse(text.append(address.isV4() ? "in-addr.arpa" : "ip6.arpa").toString());
    }

    /// Reads a name in a message. Its pointers lead to names that began before it (RFC 1035 §4.1.4): so they end.
    ///
    /// @param at     where the message begins
    /// @param length of the message
    /// @param offset of the name in it
    /// @return null if there is none
    public static @Nullable DomainName read(MemorySegment bytes, long at, int length, int offset) {
        byte[] name = new byte[LONGEST];
        int next = 0;
        int from = offset;
        int begin = offset;
        while (from < length) {
            int label = u8(bytes, at + from);
            if ((label & POINTER) == POINTER) {
                int target = from + 1 < length ? (label & ~POINTER) << 8 | u8(bytes, at + from + 1) : length;
                if (target >= begin) {
                    return null;
                }
                begin = target;
                from = target;
            } else if ((label & POINTER) != 0 || from + 1 + label > length || next + 1 + label > LONGEST) {
                return null;
            } else {
                MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at + from, name, next, 1 + label);
                next += 1 + label;
                from += 1 + label;
                if (label == 0) {
                    return new DomainName(Arrays.copyOf(name, next));
                }
            }
        }
        return null;
    }

    /// Where a name ends in a message that [#read] finds: behind its root's label or its first pointer.
    static int end(MemorySegment bytes, long at, int offset) {
        int from = offset;
        while (true) {
            int label = u8(bytes, at + from);
            if (label == 0) {
                return from + 1;
            }
            if ((label & POINTER) != 0) {
                return from + 2;
            }
            from += 1 + label;
        }
    }

    /// Octets on the wire, without compression, 1..255.
    public int length() {
        return octets.length;
    }

    public void write(MemorySegment bytes, long at) {
        MemorySegment.copy(octets, 0, bytes, ValueLayout.JAVA_BYTE, at, octets.length);
    }

    /// How many labels it has besides the root's.
    public int labels() {
        int count = 0;
        for (int at = 0; octets[at] != 0; at += 1 + octets[at]) {
            count++;
        }
        return count;
    }

    /// Whether this is the other name or lies below it.
    public boolean within(DomainName other) {
        for (int at = 0; ; at += 1 + octets[at]) {
            if (octets.length - at == other.octets.length && same(at, other)) {
                return true;
            }
            if (octets[at] == 0) {
                return false;
            }
        }
    }

    private boolean same(int from, DomainName other) {
        for (int i = 0; i < other.octets.length; i++) {
            if (lower(octets[from + i]) != lower(other.octets[i])) {
                return false;
            }
        }
        return true;
    }

    /// This name with another one behind it.
    ///
    /// @return null if that is too long
    public @Nullable DomainName append(DomainName behind) {
        int length = octets.length - 1 + behind.octets.length;
        if (length > LONGEST) {
            return null;
        }
        byte[] both = Arrays.copyOf(octets, length);
        System.arraycopy(behind.octets, 0, both, octets.length - 1, behind.octets.length);
        return new DomainName(both);
    }

    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DomainName name && name.octets.length == octets.length && same(0, name);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /// As [#parse] reads it, without a dot at the end; the root is one.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(octets.length);
        for (int at = 0; octets[at] != 0; at += 1 + octets[at]) {
            for (int i = at + 1; i <= at + octets[at]; i++) {
                int octet = octets[i] & 0xFF;
                if (octet == '.' || octet == '\\') {
                    text.append('\\').append((char) octet);
                } else if (octet > ' ' && octet <= '~') {
                    text.append((char) octet);
                } else {
                    text.append(String.format(Locale.ROOT, "\\%03d", octet));
                }
            }
            text.append('.');
        }
        return text.isEmpty() ? "." : text.substring(0, text.length() - 1);
    }
}
