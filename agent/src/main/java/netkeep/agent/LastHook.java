package netkeep.agent;

import java.lang.reflect.Method;

/// What is done as the JVM ends, behind the program's own hooks, which may use their sockets still.
final class LastHook {
    /// `java.lang.Shutdown` runs the program's hooks in slot 1 and deletes files in slot 2.
    private static final int SLOT = 3;

    private LastHook() {}

    /// Once a JVM. If the JVM is ending by then it may come too late, and is not run.
    ///
    /// @throws IllegalStateException if this JVM has no such hooks
    static void put(Runnable hook) {
        try {
            Method add = Class.forName("java.lang.Shutdown")
                    .getDeclaredMethod("add", int.class, boolean.class, Runnable.class);
            add.setAccessible(true);
            add.invoke(null, SLOT, true, hook);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("netkeep does not know how this JVM ends", e);
        }
    }
}
