package netkeep.tools.config;

import netkeep.link.KernelAddress;
import netkeep.wire.Address;
import netkeep.wire.Prefix;

/// Addresses in a configuration.
public final class AddressValue {
    private static final int HEX = 16;

    private AddressValue() {}

    /// Checks `ADDRESS/LENGTH` of a host.
    ///
    /// @throws IllegalArgumentException if no host on a link can have it
    static void check(String text) {
        Address address = address(text);
        if (!Address.isUnicast(address.hi(), address.lo())
                || Address.isLoopback(address.hi(), address.lo())
                || Address.isUnspecified(address.hi(), address.lo())) {
            throw new IllegalArgumentException("no host on a link can have that address");
        }
        length(text, address);
    }

    /// The address before the slash.
    static Address address(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("write it with its prefix's length, as 198.18.0.2/24");
        }
        return Address.parse(text.substring(0, slash));
    }

    private static int length(String text, Address address) {
        int most = address.isV4() ? 32 : 128;
        String digits = text.substring(text.indexOf('/') + 1);
        if (!digits.matches("[0-9]{1,3}") || Integer.parseInt(digits) > most) {
            throw new IllegalArgumentException("the length behind the slash is 0.." + most);
        }
        return Integer.parseInt(digits);
    }

    /// The same address, always written alike.
    static String canonical(String text) {
        Address address = address(text);
        return address + "/" + length(text, address);
    }

    static KernelAddress kernel(String text) {
        Address address = address(text);
        return new KernelAddress(address.hi(), address.lo(), length(text, address));
    }

    /// The prefix that a route is for, where `default` is one, too.
    ///
    /// @param router says which version of IP is meant
    /// @throws IllegalArgumentException if it is none, or of another version
    public static String prefix(String text, Address router) {
        if (text.equals("default")) {
            return (router.isV4() ? Prefix.ALL_V4 : Prefix.ALL_V6).toString();
        }
        Prefix prefix = Prefix.parse(text);
        if (prefix.isV4() != router.isV4()) {
            throw new IllegalArgumentException("prefix and router are of different versions of IP");
        }
        return prefix.toString();
    }

    static long mac(String text) {
        if (!text.matches("(\\p{XDigit}{2}:){5}\\p{XDigit}{2}")) {
            throw new IllegalArgumentException("write it as 02:00:00:00:00:01");
        }
        long mac = Long.parseLong(text.replace(":", ""), HEX);
        if ((mac >>> 40 & 1) != 0 || mac == 0) {
            throw new IllegalArgumentException("it is a group's: the first octet of one host's is even");
        }
        return mac;
    }
}
