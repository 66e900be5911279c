package netkeep.wire;

/// Addresses as text: read as RFC 4291 §2.2 allows, written as RFC 5952 asks.
final class AddressText {
    private AddressText() {}

    static Address parse(String text) {
        // A longer text than this is no address: 8 groups of 4, 7 colons, and IPv4 instead of the last two.
        if (text.length() > 45) {
            throw new IllegalArgumentException("address of " + text.length() + " characters");
        }
        return text.indexOf(':') < 0
                ? new Address(0, Address.V4 | parseV4(text, 0))
                : new AddressText.Reader(text).address();
    }

    /// Four decimal numbers from `from` to the end, each without leading zeros, which some take for octal.
    private static long parseV4(String text, int from) {
        long bits = 0;
        int i = from;
        for (int part = 0; part < 4; part++) {
            int begin = i;
            int value = 0;
            while (i < text.length() && i - begin < 3 && isDecimal(text.charAt(i))) {
                value = value * 10 + text.charAt(i) - '0';
                i++;
            }
            boolean last = part == 3;
            if (i == begin
                    || value > 255
                    || i - begin > 1 && text.charAt(begin) == '0'
                    || last != (i == text.length())
                    || !last && text.charAt(i) != '.') {
                throw new IllegalArgumentException("address " + text);
            }
            bits = bits << 8 | value;
            i++;
        }
        return bits;
    }

    private static boolean isDecimal(char c) {
        return c >= '0' && c <= '9';
    }

    static String print(long hi, long lo) {
        if (Address.isV4(hi, lo)) {
            return (lo >>> 24 & 0xFF) + "." + (lo >>> 16 & 0xFF) + "." + (lo >>> 8 & 0xFF) + "." + (lo & 0xFF);
        }
        // RFC 5952 §4.2: the longest run of zeros, at least two, the first of equals.
        int run = 0;
        int runAt = -1;
        for (int i = 0; i < 8; i++) {
            int zeros = zeros(hi, lo, i);
            if (zeros > run && zeros > 1) {
                run = zeros;
                runAt = i;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == runAt) {
                text.append("::");
                i += run - 1;
                continue;
            }
            if (i != 0 && i != runAt + run) {
                text.append(':');
            }
            text.append(Integer.toHexString(group(hi, lo, i)));
        }
        return text.toString();
    }

    private static int zeros(long hi, long lo, int from) {
        int i = from;
        while (i < 8 && group(hi, lo, i) == 0) {
            i++;
        }
        return i - from;
    }

    private static int group(long hi, long lo, int index) {
        return (int) ((index < 4 ? hi : lo) >>> 48 - index % 4 * 16) & 0xFFFF;
    }

    /// Groups of hexadecimal digits, at most one gap, perhaps IPv4 at the end.
    private static final class Reader {
        private final String text;
        private final int[] groups = new int[8];
        private int count;
        private int gap = -1;

        Reader(String text) {
            this.text = text;
        }

        Address address() {
            int i = 0;
            if (text.startsWith("::")) {
                gap = 0;
                i = 2;
            }
            while (i < text.length()) {
                i = piece(i);
            }
            // RFC 4291 §2.2: a gap stands for one group of zeros or more.
            if (gap < 0 ? count != 8 : count > 7) {
                throw wrong();
            }
            long hi = 0;
            long lo = 0;
            for (int g = 0; g < 8; g++) {
                hi = hi << 16 | lo >>> 48;
                lo = lo << 16 | whole(g);
            }
            return new Address(hi, lo);
        }

        /// Reads one group, or the IPv4 address that ends the text, and what parts it from the next.
        private int piece(int from) {
            int i = from;
            int value = 0;
            while (i < text.length() && text.charAt(i) < 128 && Character.digit(text.charAt(i), 16) >= 0) {
                value = value << 4 | Character.digit(text.charAt(i), 16);
                i++;
            }
            if (i < text.length() && text.charAt(i) == '.') {
                long v4 = parseV4(text, from);
                group((int) (v4 >>> 16));
                group((int) v4 & 0xFFFF);
                return text.length();
            }
            if (i == from || i - from > 4) {
                throw wrong();
            }
            group(value);
            if (i == text.length()) {
                return i;
            }
            if (text.charAt(i) != ':' || i + 1 == text.length()) {
                throw wrong();
            }
            if (text.charAt(i + 1) != ':') {
                return i + 1;
            }
            if (gap >= 0) {
                throw wrong();
            }
            gap = count;
            return i + 2;
        }

        private void group(int value) {
            if (count == 8) {
                throw wrong();
            }
            groups[count++] = value;
        }

        /// The group at `index` once the gap is filled.
        private int whole(int index) {
            if (gap < 0 || index < gap) {
                return groups[index];
            }
            int behind = index - (8 - count);
            return behind < gap ? 0 : groups[behind];
        }

        private IllegalArgumentException wrong() {
            return new IllegalArgumentException("address " + text);
        }
    }
}
