package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The path of a target as names, RFC 3986 §3.3: decoded, without `.` and `..`, without empty segments.
///
/// @param names     each is a name that a file can have: no slash, no control
/// @param directory whether the path ends where a directory's path ends, at a slash
record TargetPath(List<String> names, boolean directory) {
    private static final String PLAIN = "-._~!$&'()*+,;=:@";
    private static final String HEX = "0123456789ABCDEF";

    /// Thrown for a path that cannot lead anywhere.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final Status status;

        Refused(Status status) {
            super(status.name(), null, false, false);
            this.status = status;
        }

        Status status() {
            return status;
        }
    }

    /// Reads the path in `[at, end)`, which begins with a slash or is empty.
    ///
    /// @throws Refused for a broken escape, a NUL, and a path that leaves the root (400); for a name that no file
    ///     here has (404)
    static TargetPath read(ByteBuffer in, int at, int end) throws Refused {
        List<String> names = new ArrayList<>();
        boolean directory = true;
        int segment = at;
        while (segment < end) {
            int stop = segment + 1;
            while (stop < end && in.get(stop) != '/') {
                stop++;
            }
            String name = name(in, segment + 1, stop);
            directory = name.isEmpty() || name.equals(".") || name.equals("..");
            if (name.equals("..")) {
                if (names.isEmpty()) {
                    throw new Refused(Status.BAD_REQUEST);
                }
                names.removeLast();
            } else if (!directory) {
                names.add(name);
            }
            segment = stop;
        }
        return new TargetPath(List.copyOf(names), directory);
    }

    private static String name(ByteBuffer in, int at, int end) throws Refused {
        byte[] octets = new byte[end - at];
        int length = 0;
        for (int i = at; i < end; i++) {
            int octet = in.get(i);
            if (octet == '%') {
                octet = escape(in, i, end);
                i += 2;
            }
            if (octet == 0) {
                throw new Refused(Status.BAD_REQUEST);
            }
            // No name here has a control or a separator of any system in it.
            if (octet == '/' || octet == '\\' || octet > 0 && octet < ' ' || octet == 0x7F) {
                throw new Refused(Status.NOT_FOUND);
            }
            octets[length] = (byte) octet;
            length++;
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, 0, length)).toString();
        } catch (CharacterCodingException malformed) {
            throw new Refused(Status.NOT_FOUND);
        }
    }

    private static int escape(ByteBuffer in, int at, int end) throws Refused {
        int high = end - at > 2 ? Octets.hex(in.get(at + 1)) : -1;
        int low = end - at > 2 ? Octets.hex(in.get(at + 2)) : -1;
        if (high < 0 || low < 0) {
            throw new Refused(Status.BAD_REQUEST);
        }
        return high << 4 | low;
    }

    /// The one spelling under which it is kept.
    byte[] canonical() {
        StringBuilder path = new StringBuilder();
        for (String name : names) {
            path.append('/').append(encode(name));
        }
        return Octets.of(path.append(directory ? "/" : "").toString());
    }

    /// One name as it stands in a path.
    static String encode(String name) {
        StringBuilder encoded = new StringBuilder(name.length());
        for (byte octet : name.getBytes(UTF_8)) {
            if (octet > 0 && (alphanumeric(octet) || PLAIN.indexOf(octet) >= 0)) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.charAt(octet >> 4 & 15)).append(HEX.charAt(octet & 15));
            }
        }
        return encoded.toString();
    }

    private static boolean alphanumeric(int octet) {
        int lower = octet | 0x20;
        return Octets.digit(octet) || lower >= 'a' && lower <= 'z';
    }

    /// The last name, or null for the root itself.
    @Nullable
    String last() {
        return names.isEmpty() ? null : names.getLast();
    }
}
