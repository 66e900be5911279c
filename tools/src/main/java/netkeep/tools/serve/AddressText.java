package netkeep.tools.serve;

import netkeep.link.KernelAddress;
import netkeep.wire.Address;

/// Addresses as users write them.
final class AddressText {
    private static final int HEX = 16;

    private AddressText() {}

    /// One of the kernel's side, with the length of its subnet's prefix.
    ///
    /// @throws IllegalArgumentException if it is none
    static KernelAddress kernel(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("--kernel-address " + text + ": there is no /LENGTH");
        }
        try {
            Address address = Address.parse(text.substring(0, slash));
            return new KernelAddress(address.hi(), address.lo(), Integer.parseInt(text.substring(slash + 1)));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("--kernel-address " + text + ": " + wrong.getMessage(), wrong);
        }
    }

    /// The address of `ADDRESS/LENGTH`, which a host can have.
    ///
    /// @throws IllegalArgumentException if it cannot
    static Address host(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("there is no /LENGTH, of the subnet's prefix");
        }
        Address address = Address.parse(text.substring(0, slash));
        if (!Address.isUnicast(address.hi(), address.lo())
                || Address.isLoopback(address.hi(), address.lo())
                || Address.isUnspecified(address.hi(), address.lo())) {
            throw new IllegalArgumentException("no host on a link can have that address");
        }
        int length = Integer.parseInt(text.substring(slash + 1));
        if (length < 0 || length > (address.isV4() ? 32 : 128)) {
            throw new IllegalArgumentException("the length is 0.." + (address.isV4() ? 32 : 128));
        }
        return address;
    }

    /// @throws IllegalArgumentException if it is no hardware address
    static long mac(String text) {
        if (!text.matches("(\\p{XDigit}{2}:){5}\\p{XDigit}{2}")) {
            throw new IllegalArgumentException("--mac " + text + ": like 02:00:00:00:00:01");
        }
        return Long.parseLong(text.replace(":", ""), HEX);
    }
}
