package netkeep.agent;

import java.lang.instrument.Instrumentation;

/**
 * What a JVM of any version calls. Compiled for Java 8: older JVMs than 25, which cannot run Netkeep, are left alone;
 * under {@code netkeep run} a preloaded library carries their sockets.
 */
public final class Premain {
    private static final int FIRST = 25;

    private Premain() {}

    public static void premain(String options, Instrumentation instrumentation) throws Exception {
        begin(options, instrumentation);
    }

    public static void agentmain(String options, Instrumentation instrumentation) throws Exception {
        begin(options, instrumentation);
    }

    private static void begin(String options, Instrumentation instrumentation) throws Exception {
        String version = System.getProperty("java.specification.version");
        if (version.startsWith("1.") || Integer.parseInt(version) < FIRST) {
            return;
        }
        Class.forName("netkeep.agent.Agent")
                .getMethod("begin", String.class, Instrumentation.class)
                .invoke(null, options, instrumentation);
    }
}
