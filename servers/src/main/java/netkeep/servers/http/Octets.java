package netkeep.servers.http;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/// Octets read, compared and written, eight at a time where that pays.
///
/// The methods that take a buffer read up to seven octets past the end they are given, so a buffer has that much
/// room behind its last octet ([#SLACK]). What lies there has no influence.
final class Octets {
    /// Room that a buffer has behind the last octet that can arrive in it.
    static final int SLACK = 8;

    /// CR LF, as a little-endian short.
    static final short CRLF = 0x0A0D;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH = 0x8080_8080_8080_8080L;
    private static final int LONGEST_DECIMAL = 19;

    private Octets() {}

    /// The octets of a text that has no character past U+00FF.
    static byte[] of(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /// Eight characters as one little-endian word.
    static long word(String eight) {
        return (long) LONG.get(of(eight), 0);
    }

    /// Four characters as one little-endian word.
    static int half(String four) {
        return (int) word(four + "\0\0\0\0");
    }

    /// Whether the octets are those of `with`.
    static boolean same(ByteBuffer in, int at, int length, byte[] with) {
        if (length != with.length) {
            return false;
        }
        int i = 0;
        for (; i <= length - 8; i += 8) {
            if (in.getLong(at + i) != (long) LONG.get(with, i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (in.get(at + i) != with[i]) {
                return false;
            }
        }
        return true;
    }

    /// Whether the octets are those of `lower`, which holds lower-case letters, digits and hyphens, in any case.
    ///
    /// Setting bit 5 makes an upper-case letter a lower-case one. Of the other octets it makes one of those
    /// of `lower` only out of controls.
    static boolean sameIgnoringCase(ByteBuffer in, int at, int length, byte[] lower) {
        if (length != lower.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if ((in.get(at + i) | 0x20) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    /// Where the first control octet other than a tab is, or `end`.
    static int control(ByteBuffer in, int at, int end) {
        int i = at;
        while (i < end) {
            long word = in.getLong(i);
            long found = controls(word);
            if (found == 0) {
                i += 8;
                continue;
            }
            i += Long.numberOfTrailingZeros(found) >>> 3;
            if (i >= end || in.get(i) != '\t') {
                break;
            }
            i++;
        }
        return Math.min(i, end);
    }

    /// Marks the octets below 0x20 and 0x7F by their highest bits. Only the lowest mark is exact: a borrow can mark
    /// octets above it.
    private static long controls(long word) {
        long below = word - 0x20 * ONES & ~word;
        long delete = word ^ 0x7F * ONES;
        return (below | delete - ONES & ~delete) & HIGH;
    }

    /// Whether a line feed is among the octets.
    static boolean hasLineFeed(ByteBuffer in, int at, int end) {
        for (int i = at; i < end; i++) {
            if (in.get(i) == '\n') {
                return true;
            }
        }
        return false;
    }

    /// Writes a number that is not negative.
    static void decimal(ByteBuffer out, long number) {
        int length = 1;
        for (long ten = 10; length < LONGEST_DECIMAL && number >= ten; ten *= 10) {
            length++;
        }
        int at = out.position();
        long rest = number;
        for (int i = at + length - 1; i >= at; i--) {
            out.put(i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
        out.position(at + length);
    }

    /// How long a number is when written.
    static int decimals(long number) {
        int length = 1;
        for (long ten = 10; length < LONGEST_DECIMAL && number >= ten; ten *= 10) {
            length++;
        }
        return length;
    }

    /// The value of a hexadecimal digit, or -1.
    static int hex(int octet) {
        if (octet >= '0' && octet <= '9') {
            return octet - '0';
        }
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /// Whether an octet is a decimal digit.
    static boolean digit(int octet) {
        return octet >= '0' && octet <= '9';
    }

    /// Whether an octet is a space or a tab.
    static boolean blank(int octet) {
        return octet == ' ' || octet == '\t';
    }
}
