package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.random.RandomGenerator;

/// Gives texts to what reads addresses: it refuses, or what it read is written and read again as the same.
final class TextFuzz {
    private static final String[] GOOD = {
        "198.18.0.2",
        "0.0.0.0",
        "255.255.255.255",
        "fd00:198:18::2",
        "::",
        "::1",
        "::ffff:198.18.0.2",
        "2001:db8:1:2:3:4:5:6",
        "fe80::1",
        "198.18.0.0/15",
        "fd00:198:18::/48",
        "::/0",
        "02:00:00:00:00:01"
    };
    private static final String LETTERS = "0123456789abcdefABCDEF:./%-+ xg\u0660\uff11\0";

    private long read;

    /// Texts that were read.
    long read() {
        return read;
    }

    void input(RandomGenerator luck) {
        StringBuilder text = new StringBuilder(GOOD[luck.nextInt(GOOD.length)]);
        for (int changes = luck.nextInt(4); changes > 0; changes--) {
            change(luck, text);
        }
        String all = text.toString();
        try {
            Address address = Address.parse(all);
            read++;
            assertEquals(address, Address.parse(address.toString()), all);
        } catch (IllegalArgumentException refused) {
            // As it should be.
        }
        try {
            Prefix prefix = Prefix.parse(all);
            read++;
            assertEquals(prefix, Prefix.parse(prefix.toString()), all);
        } catch (IllegalArgumentException refused) {
            // As it should be.
        }
        try {
            long mac = MacAddress.parse(all);
            read++;
            assertEquals(0, mac >>> 48, all);
            assertEquals(mac, MacAddress.parse(MacAddress.print(mac)), all);
        } catch (IllegalArgumentException refused) {
            // As it should be.
        }
    }

    private static void change(RandomGenerator luck, StringBuilder text) {
        int at = luck.nextInt(text.length() + 1);
        char letter = LETTERS.charAt(luck.nextInt(LETTERS.length()));
        switch (luck.nextInt(4)) {
            case 0 -> text.insert(at, letter);
            case 1 -> text.setLength(at);
            case 2 -> text.append(text, at, text.length());
            default -> {
                if (at < text.length()) {
                    text.setCharAt(at, letter);
                }
            }
        }
    }
}
