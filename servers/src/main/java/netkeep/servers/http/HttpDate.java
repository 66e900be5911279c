package netkeep.servers.http;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;

/// Instants as HTTP writes them, RFC 9110 §5.6.7.
///
/// ```text
/// Sun, 06 Nov 1994 08:49:37 GMT       IMF-fixdate, the only form we write
/// Sunday, 06-Nov-94 08:49:37 GMT      RFC 850
/// Sun Nov  6 08:49:37 1994            asctime
/// ```
final class HttpDate {
    /// Octets of a date as we write it.
    static final int LENGTH = 29;

    /// Answer for what is no date.
    static final long NONE = Long.MIN_VALUE;

    private static final String DAYS = "MonTueWedThuFriSatSun";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final String[] LONG_DAYS = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
    };

    private HttpDate() {}

    /// Writes 29 octets.
    ///
    /// @param seconds since 1970, of the years 1970 to 9999
    static void write(long seconds, byte[] out, int at) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
        name(DAYS, time.getDayOfWeek().getValue() - 1, out, at);
        out[at + 3] = ',';
        out[at + 4] = ' ';
        two(time.getDayOfMonth(), out, at + 5);
        out[at + 7] = ' ';
        name(MONTHS, time.getMonthValue() - 1, out, at + 8);
        out[at + 11] = ' ';
        two(time.getYear() / 100, out, at + 12);
        two(time.getYear() % 100, out, at + 14);
        out[at + 16] = ' ';
        two(time.getHour(), out, at + 17);
        out[at + 19] = ':';
        two(time.getMinute(), out, at + 20);
        out[at + 22] = ':';
        two(time.getSecond(), out, at + 23);
        out[at + 25] = ' ';
        out[at + 26] = 'G';
        out[at + 27] = 'M';
        out[at + 28] = 'T';
    }

    private static void name(String names, int index, byte[] out, int at) {
        for (int i = 0; i < 3; i++) {
            out[at + i] = (byte) names.charAt(3 * index + i);
        }
    }

    private static void two(int number, byte[] out, int at) {
        out[at] = (byte) ('0' + number / 10);
        out[at + 1] = (byte) ('0' + number % 10);
    }

    /// Reads a date in any of the three forms.
    ///
    /// @param nowSeconds decides the century of a year of two digits
    /// @return seconds since 1970, or [#NONE]
    static long read(ByteBuffer in, int at, int end, long nowSeconds) {
        int length = end - at;
        if (length == LENGTH && in.get(at + 3) == ',') {
            return fixdate(in, at);
        }
        if (length == 24 && in.get(at + 3) == ' ') {
            return asctime(in, at);
        }
        for (String day : LONG_DAYS) {
            if (length == day.length() + 24 && matches(in, at, day)) {
                return rfc850(in, at + day.length(), nowSeconds);
            }
        }
        return NONE;
    }

    private static long fixdate(ByteBuffer in, int at) {
        boolean formed = index(DAYS, in, at) >= 0
                && matches(in, at + 3, ", ")
                && in.get(at + 7) == ' '
                && in.get(at + 11) == ' '
                && in.get(at + 16) == ' '
                && matches(in, at + 25, " GMT");
        int year = number(in, at + 12, 2) < 0 ? -1 : number(in, at + 12, 4);
        return formed ? seconds(year, index(MONTHS, in, at + 8), number(in, at + 5, 2), in, at + 17) : NONE;
    }

    private static long rfc850(ByteBuffer in, int at, long nowSeconds) {
        boolean formed = matches(in, at, ", ")
                && in.get(at + 4) == '-'
                && in.get(at + 8) == '-'
                && in.get(at + 11) == ' '
                && matches(in, at + 20, " GMT");
        int two = number(in, at + 9, 2);
        if (!formed || two < 0) {
            return NONE;
        }
        // What seems to be more than 50 years ahead is the last year in the past with the same two digits.
        int thisYear =
                LocalDateTime.ofEpochSecond(nowSeconds, 0, ZoneOffset.UTC).getYear();
        int year = thisYear - thisYear % 100 + two;
        year = year > thisYear + 50 ? year - 100 : year;
        return seconds(year, index(MONTHS, in, at + 5), number(in, at + 2, 2), in, at + 12);
    }

    private static long asctime(ByteBuffer in, int at) {
        boolean formed =
                index(DAYS, in, at) >= 0 && in.get(at + 7) == ' ' && in.get(at + 10) == ' ' && in.get(at + 19) == ' ';
        int day = in.get(at + 8) == ' ' ? number(in, at + 9, 1) : number(in, at + 8, 2);
        return formed ? seconds(number(in, at + 20, 4), index(MONTHS, in, at + 4), day, in, at + 11) : NONE;
    }

    /// @param month from 0
    /// @param at    where `hh:mm:ss` is
    private static long seconds(int year, int month, int day, ByteBuffer in, int at) {
        int hour = number(in, at, 2);
        int minute = number(in, at + 3, 2);
        int second = number(in, at + 6, 2);
        if (year < 0 || month < 0 || in.get(at + 2) != ':' || in.get(at + 5) != ':' || second > 60) {
            return NONE;
        }
        try {
            // A leap second counts as the one before it.
            return LocalDateTime.of(
                            LocalDate.of(year, month + 1, day), LocalTime.of(hour, minute, Math.min(second, 59)))
                    .toEpochSecond(ZoneOffset.UTC);
        } catch (DateTimeException noSuchDay) {
            return NONE;
        }
    }

    private static int number(ByteBuffer in, int at, int digits) {
        int number = 0;
        for (int i = 0; i < digits; i++) {
            int octet = in.get(at + i);
            if (!Octets.digit(octet)) {
                return -1;
            }
            number = 10 * number + octet - '0';
        }
        return number;
    }

    private static int index(String names, ByteBuffer in, int at) {
        for (int i = 0; i < names.length(); i += 3) {
            if (in.get(at) == names.charAt(i)
                    && in.get(at + 1) == names.charAt(i + 1)
                    && in.get(at + 2) == names.charAt(i + 2)) {
                return i / 3;
            }
        }
        return -1;
    }

    private static boolean matches(ByteBuffer in, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (in.get(at + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
