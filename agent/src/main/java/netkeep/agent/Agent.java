package netkeep.agent;

import java.lang.instrument.Instrumentation;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.spi.SelectorProvider;
import java.util.Map;
import java.util.Set;
import netkeep.client.NetkeepResolverProvider;
import netkeep.client.OpenProvider;
import org.jspecify.annotations.Nullable;

/// Puts Netkeep in place, once a JVM. Nothing is attached to or started before the program opens a socket.
///
/// | user code | caught by |
/// | --- | --- |
/// | channels, selectors | the property that names the JVM's provider |
/// | asynchronous channels | another such property |
/// | `Socket`, `ServerSocket` | their factories |
/// | `DatagramSocket`, `MulticastSocket` | [DatagramHook] |
/// | `InetAddress` | the service that the JVM asks for one ([NetkeepResolverProvider]) |
public final class Agent {
    private static final String PROVIDER = "java.nio.channels.spi.SelectorProvider";

    private static final String ASYNCHRONOUS = "java.nio.channels.spi.AsynchronousChannelProvider";

    private static volatile @Nullable WantedStack stack;

    private Agent() {}

    /// What the JVM calls before `main`, or when [Netkeep#install] has asked it to. Does nothing where the environment
    /// says that the program is to leave Netkeep, see [AgentOptions#leave].
    ///
    /// @throws IllegalArgumentException if the options make no sense
    /// @throws IllegalStateException    if it is too late: the program has sockets, or other factories
    public static void begin(@Nullable String text, Instrumentation instrumentation) throws Exception {
        if (stack != null) {
            throw new IllegalStateException("netkeep is installed already");
        }
        AgentOptions options = new AgentOptions(text);
        if (options.leave()) {
            return;
        }
        WantedStack wanted = new WantedStack(options);
        stack = wanted;
        open(instrumentation);
        System.setProperty(PROVIDER, SystemWide.class.getName());
        if (!(SelectorProvider.provider() instanceof OpenProvider provider)) {
            throw new IllegalStateException("netkeep comes too late: the JVM's channels have been used");
        }
        System.setProperty(ASYNCHRONOUS, SystemWideAsynchronous.class.getName());
        factories(provider);
        DatagramHook.put(instrumentation);
        NetkeepResolverProvider.install(wanted);
    }

    /// Opens to us what of `java.base` the kernel's side needs, and allows us native access.
    private static void open(Instrumentation instrumentation) throws ReflectiveOperationException {
        Module us = Agent.class.getModule();
        instrumentation.redefineModule(
                Object.class.getModule(),
                Set.of(),
                Map.of("jdk.internal.event", Set.of(us)),
                Map.of("java.lang", Set.of(us), "java.net", Set.of(us), "sun.nio.ch", Set.of(us)),
                Set.of(),
                Map.of());
        // Who is on the class path is in one module with us, as the JVM counts.
        var allow = Module.class.getDeclaredMethod("implAddEnableNativeAccessToAllUnnamed");
        allow.setAccessible(true);
        allow.invoke(null);
    }

    @SuppressWarnings("deprecation") // for removal in no release yet
    private static void factories(OpenProvider provider) throws Exception {
        Socket.setSocketImplFactory(provider::socketImplementation);
        ServerSocket.setSocketFactory(provider::serverSocketImplementation);
    }

    /// The program's stack, for the provider that the JVM makes.
    static WantedStack stack() {
        WantedStack known = stack;
        if (known == null) {
            throw new IllegalStateException("the agent has not begun");
        }
        return known;
    }
}
