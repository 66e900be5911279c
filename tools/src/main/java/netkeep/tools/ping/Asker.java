package netkeep.tools.ping;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import netkeep.embedded.Embedded;
import netkeep.engine.icmp.Echoes;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Packet;
import netkeep.wire.Address;
import netkeep.wire.Icmp4Message;
import org.jspecify.annotations.Nullable;

/// Sends echo requests from a running stack, and waits for what comes of them.
///
/// Who waits drives the stack, spinning and sleeping as its options say: so a round trip is measured as programs see
/// it.
final class Asker implements Echoes, AutoCloseable {
    private final Embedded stack;
    private final Address destination;
    private final int identifier;
    private final int size;
    private final Arena arena = Arena.ofShared();
    // The same in every request: it may still be on its way when the next one is laid down.
    private final MemorySegment data;
    private final Selector selector;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();

    Asker(Embedded stack, Address destination, int identifier, int size) throws IOException {
        this.stack = stack;
        this.destination = destination;
        this.identifier = identifier;
        this.size = size;
        this.data = arena.allocate(Math.max(1, size));
        for (int i = 0; i < size; i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        this.selector = stack.provider().openSelector();
        stack.ask(engine -> {
            engine.icmp().echoes(this);
            return 0;
        });
    }

    /// Sends a request.
    ///
    /// @return whether there is a way there
    boolean ask(int sequence) {
        return stack.ask(engine -> engine.icmp()
                .echo(destination.hi(), destination.lo(), 0, identifier, sequence, data, size, stack.nowNs()));
    }

    /// Waits until something was heard or the instant has come; in whole milliseconds.
    ///
    /// @return the oldest that nobody took, null for none
    @Nullable
    Heard await(long untilNs) throws IOException {
        Heard first = heard.poll();
        if (first != null) {
            return first;
        }
        long waitMs = (untilNs - stack.nowNs() + 999_999) / 1_000_000;
        if (waitMs > 0) {
            selector.select(waitMs);
        }
        return heard.poll();
    }

    /// Ends a wait, from any thread.
    void wake() {
        selector.wakeup();
    }

    @Override
    public void replied(Packet packet, int id, int sequence, long nowNs) {
        if (id != identifier) {
            return;
        }
        Address from = Address.of(packet.sourceHi, packet.sourceLo);
        long at = packet.at + packet.upper + Icmp4Message.LENGTH;
        int length = packet.upperLength - Icmp4Message.LENGTH;
        int same = Math.min(length, size);
        long wrong = MemorySegment.mismatch(packet.frames(), at, at + same, data, 0, same);
        tell(new Heard(sequence, from, packet.upperLength, packet.hops, null, 0, (int) wrong, nowNs));
    }

    @Override
    public void failed(Failure failure, int id, int sequence, long nowNs) {
        if (id == identifier) {
            Address from = Address.of(failure.reporterHi, failure.reporterLo);
            tell(new Heard(sequence, from, 0, 0, failure.kind, failure.mtu, -1, nowNs));
        }
    }

    private void tell(Heard one) {
        heard.add(one);
        selector.wakeup();
    }

    @Override
    public void close() throws IOException {
        stack.ask(engine -> {
            engine.icmp().echoes(null);
            return 0;
        });
        selector.close();
        arena.close();
    }
}
