package netkeep.drive;

import java.util.function.IntSupplier;

/// What a driver that sleeps is woken by.
///
/// @param descriptor negative while there is none; it may change
/// @param ear        of a [netkeep.domain.Doorbell]: it wakes by each ring once. Any other one wakes as long as it is
///                   readable
/// @param woken      is run by the thread that slept, outside any turn
public record Awaited(IntSupplier descriptor, boolean ear, Runnable woken) {
    /// A link.
    public static Awaited link(IntSupplier descriptor) {
        return new Awaited(descriptor, false, () -> {});
    }

    /// The ear of a doorbell.
    public static Awaited ear(int descriptor) {
        return new Awaited(() -> descriptor, true, () -> {});
    }
}
