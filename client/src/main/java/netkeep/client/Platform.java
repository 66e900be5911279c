package netkeep.client;

import java.nio.channels.spi.SelectorProvider;

/// The JVM's own selector provider, also where Netkeep's is the default.
public final class Platform {
    private static final String HOLDER = "sun.nio.ch.DefaultSelectorProvider";

    private Platform() {}

    public static SelectorProvider provider() {
        String named = System.getProperty("java.nio.channels.spi.SelectorProvider");
        if (named == null) {
            return SelectorProvider.provider();
        }
        try {
            return (SelectorProvider) Class.forName(HOLDER).getMethod("get").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "with -Djava.nio.channels.spi.SelectorProvider=" + named
                            + " the platform's provider must be open to us: --add-exports java.base/sun.nio.ch="
                            + moduleName(),
                    e);
        }
    }

    private static String moduleName() {
        String name = Platform.class.getModule().getName();
        return name == null ? "ALL-UNNAMED" : name;
    }
}
