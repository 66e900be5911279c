package netkeep.embedded;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.NetworkInterface;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.stream.Stream;
import netkeep.client.Names;
import netkeep.client.NetkeepSelectorProvider;
import netkeep.client.Platform;
import netkeep.client.Session;
import netkeep.client.StreamHandler;
import netkeep.drive.Awaited;
import netkeep.drive.Driver;
import netkeep.drive.Instants;
import netkeep.embedded.EmbeddedBuilder.Route;
import netkeep.embedded.LinkPlan.Subnet;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.Ip;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.socket.Attachment;
import netkeep.linux.Memory;
import netkeep.names.Advice;
import netkeep.placement.LinkPort;
import netkeep.ring.Region;
import netkeep.session.QuietRings;
import netkeep.session.Rates;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// A stack in the program's own process, on the program's own threads.
///
/// ```java
/// try (Embedded stack = Embedded.builder().link("tap:nk0", List.of("198.18.0.2/24")).start()) {
///     ServerSocketChannel server = stack.provider().openServerSocketChannel();
///     ...
/// }
/// ```
public final class Embedded implements AutoCloseable {
    /// Octets in which the loopback's frames wait.
    private static final long LOOP = 1 << 21;

    private final Arena arena = Arena.ofShared();
    private final List<LinkPlan> links;
    private final @Nullable BesideDaemon beside;
    private final long lingerNs;
    private final Engine engine;
    private final Session session;
    private final Driver driver;
    private final NetkeepSelectorProvider provider;
    private final EmbeddedNames names;

    /// For tests.
    final Tidying tidying;

    public static EmbeddedBuilder builder() {
        return new EmbeddedBuilder();
    }

    Embedded(EmbeddedBuilder plan) {
        this.links = List.copyOf(plan.links);
        this.beside = plan.beside;
        this.lingerNs = plan.lingerNs;
        EngineSettings settings = plan.engineSettings();
        SessionLayout layout = plan.layout();
        LinkSettings[] settingsOfLinks = new LinkSettings[links.size() + 1];
        LinkPort[] ports = new LinkPort[links.size()];
        settingsOfLinks[0] = LinkSettings.LOOPBACK;
        for (int i = 0; i < ports.length; i++) {
            ports[i] = new LinkPort(links.get(i).link());
            settingsOfLinks[i + 1] = ports[i].settings(i + 1, links.get(i).vlan());
        }
        this.engine = new Engine(
                new Region(sparse(Engine.ledgerLength(settings, settingsOfLinks.length))),
                sparse(Engine.headsLength(settings)),
                settings,
                settingsOfLinks,
                plan.luck.nextLong(),
                plan.luck.nextLong());
        MemorySegment client = sparse(layout.clientLength());
        MemorySegment stack = sparse(layout.stackLength());
        int user = beside == null ? Terms.NOBODY : beside.user();
        Attachment attachment =
                engine.attach(0, layout, new Region(client.asReadOnly()), new Region(stack), user, Rates.ANY);
        Instants instants = new Instants();
        engine.begin(instants.nowNs());
        configure(plan.routes, instants.nowNs());

        Stack loop = new Stack(engine, ports, new Region(sparse(Stack.framesLength(ports.length))), sparse(LOOP));
        if (beside != null) {
            beside.join(loop, instants.nowNs());
        }
        StackWork work = new StackWork(loop, attachment, beside);
        this.driver = new Driver(work, instants, awaited(ports, beside), plan.spinNs, plan.yields);
        this.session = new Session(new Region(client), new Region(stack.asReadOnly()), layout, driver, this::number);
        work.serve(session);
        this.provider = new NetkeepSelectorProvider(session, Platform.provider());
        this.tidying = new Tidying(driver, engine, session, attachment, pages(client), pages(stack));
        this.names = new EmbeddedNames(provider, plan.names, plan.hosts, instants, this::advice);
        driver.start();
        tidying.start();
    }

    /// What others on the links say of names.
    private Advice advice() {
        return ask(asked -> Advice.of(
                asked.ip().nameAdvice().servers(), asked.ip().nameAdvice().search()));
    }

    /// Gives back what servers have lent.
    private void release() {
        for (int link = 1; link <= links.size(); link++) {
            engine.dhcp().end(link, driver.nowNs());
        }
    }

    private static QuietRings.Pages pages(MemorySegment region) {
        return (at, length) -> Memory.discard(region, at, length);
    }

    private static List<Awaited> awaited(LinkPort[] ports, @Nullable BesideDaemon beside) {
        Stream<Awaited> links = Arrays.stream(ports).map(port -> Awaited.link(port::descriptor));
        return Stream.concat(links, beside == null ? Stream.of() : beside.awaited().stream())
                .toList();
    }

    private MemorySegment sparse(long length) {
        MemorySegment memory = Memory.sparse(arena, length);
        // A page of 2 MiB would make each small thing cost as much as five hundred.
        Memory.hugePages(memory, false);
        return memory;
    }

    private void configure(List<Route> routes, long nowNs) {
        Ip ip = engine.ip();
        for (int i = 0; i < links.size(); i++) {
            LinkPlan plan = links.get(i);
            for (Subnet subnet : plan.addresses()) {
                long hi = subnet.address().hi();
                long lo = subnet.address().lo();
                if (!ip.addAddress(i + 1, hi, lo, subnet.length(), nowNs)) {
                    throw new IllegalArgumentException("address " + subnet.address() + ": there are too many");
                }
            }
            if (plan.discover()) {
                ip.acceptAdvertisements(i + 1, true, nowNs);
            }
            if (plan.dhcp()) {
                engine.dhcp().begin(i + 1, nowNs);
            }
        }
        for (Route route : routes) {
            long hi = route.router().hi();
            long lo = route.router().lo();
            if (!ip.addRoute(route.to(), route.link(), hi, lo, 0)) {
                throw new IllegalArgumentException("route to " + route.to() + ": there are too many");
            }
        }
    }

    /// The number of the link that programs know by a kernel interface's name, 0 for any.
    private int number(NetworkInterface named) {
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).name().equals(named.getName())) {
                return i + 1;
            }
        }
        return 0;
    }

    /// The channels of this stack.
    public SelectorProvider provider() {
        return provider;
    }

    /// Names, as servers on the stack's links tell them: whom to ask says [EmbeddedBuilder#names].
    public Names names() {
        return names;
    }

    /// Asks the engine something, between two turns: `ss`, `nstat`, a new address or route.
    ///
    /// @param question must not wait for anything
    public <T> T ask(Function<Engine, T> question) {
        FutureTask<T> task = new FutureTask<>(() -> question.apply(engine));
        driver.between(task);
        return task.resultNow();
    }

    /// Handles a connection's octets where they lie, on the thread that runs the stack: no copy, no wake-up.
    ///
    /// @param channel connected, of this stack; from now on only to be shut down and closed
    public void onStack(SocketChannel channel, StreamHandler handler) {
        driver.between(() -> provider.handle(channel, handler));
    }

    /// What every time of this stack is measured on: CLOCK_MONOTONIC.
    public long nowNs() {
        return driver.nowNs();
    }

    /// Closes all sockets, gives closed connections a while to send what they still have, and ends the stack and its
    /// links. Channels fail from then on.
    @Override
    public void close() {
        names.close();
        session.closeAll(driver.nowNs() + lingerNs);
        driver.between(this::release);
        session.end("the stack is closed");
        tidying.close();
        driver.close();
        for (LinkPlan plan : links) {
            plan.link().close();
        }
        if (beside != null) {
            beside.close();
        }
        arena.close();
    }
}
