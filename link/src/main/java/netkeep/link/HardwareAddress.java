package netkeep.link;

/// Hardware addresses for our end of a wire whose other end is the kernel's.
final class HardwareAddress {
    private static final long LOCAL = 0x0200_0000_0000L;
    private static final long UNICAST_48 = 0xfeff_ffff_ffffL;

    private HardwareAddress() {}

    /// A locally administered unicast address (IEEE 802, §8.2): the same for the same interface, so that a successor
    /// keeps it, and never the kernel's own.
    ///
    /// @param kernel the address of the kernel's end, which tells namesakes apart
    static long choose(String name, long kernel) {
        long mixed = kernel;
        for (int index = 0; index < name.length(); index++) {
            mixed = mix(mixed ^ name.charAt(index));
        }
        long address = mix(mixed) & UNICAST_48 | LOCAL;
        return address == kernel ? address ^ 1 : address;
    }

    /// Spreads every bit over all others (a step of SplitMix64).
    private static long mix(long value) {
        long a = (value + 0x9e3779b97f4a7c15L ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ a >>> 27) * 0x94d049bb133111ebL;
        return b ^ b >>> 31;
    }
}
