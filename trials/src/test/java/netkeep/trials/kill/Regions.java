package netkeep.trials.kill;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;

/// The regions between the one who is killed and the one who kills, a file each; each has one writer.
///
/// ```text
/// ledger   the mortal's: what its successor goes on from
/// stack    the mortal's: its side of the session
/// down     the mortal's: frames that it sends, how many it took, and at 0 of the last page what it is at
/// client   the killer's: its side of the session
/// up       the killer's: frames for the mortal, and how many it took
/// ```
final class Regions {
    static final int MORTAL = 1;
    static final int PEER = 2;
    static final SessionLayout LAYOUT = new SessionLayout(64, 1024, 256, 1 << 17);

    /// Slots of a ring of frames, and octets of a slot: its length, then the frame.
    static final int FRAMES = 512;

    static final int FRAME = 2048;

    /// Where in its region the taker's side of the other ring lies.
    static final long TAKEN = Producer.length(FRAMES, FRAME);

    /// Where the mortal says what it is at: the last turn committed when the turn began, and 1 while it lasts.
    static final long TURN = TAKEN + Producer.CONSUMER_LENGTH;

    static final long LINK_LENGTH = TURN + 64;

    private Regions() {}

    static EngineSettings settings() {
        TcpSettings tcp = TcpSettings.DEFAULT
                .withMslNs(TimeUnit.MILLISECONDS.toNanos(500))
                .withSendBuffer(1 << 16, 1 << 17)
                .withReceiveBuffer(1 << 16, 1 << 17)
                .withTables(64, 256);
        return new EngineSettings(LAYOUT.sockets(), 1, 64, IpSettings.DEFAULT, tcp);
    }

    static LinkSettings[] links(int host) {
        return new LinkSettings[] {LinkSettings.LOOPBACK, LinkSettings.ethernet(1, 0x02_00_00_00_00_00L | host, 1500)};
    }

    static Address address4(int host) {
        return Address.v4(0xC6_12_00_00 | host);
    }

    static Address address6(int host) {
        return Address.of(0xFD00_0198_0018_0000L, host);
    }

    static long length(String name) {
        return switch (name) {
            case "ledger" -> Engine.ledgerLength(settings(), links(MORTAL).length);
            case "stack" -> LAYOUT.stackLength();
            case "client" -> LAYOUT.clientLength();
            default -> LINK_LENGTH;
        };
    }

    /// Makes all files, all zeros.
    static void make(Path directory) throws IOException {
        for (String name : List.of("ledger", "stack", "down", "client", "up")) {
            map(directory, name, true);
        }
    }

    /// Maps a region of `directory`; the file must be there unless it is mapped to be written.
    static Region map(Path directory, String name, boolean writable) throws IOException {
        StandardOpenOption[] how = writable
                ? new StandardOpenOption[] {StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE
                }
                : new StandardOpenOption[] {StandardOpenOption.READ};
        try (FileChannel file = FileChannel.open(directory.resolve(name), how)) {
            FileChannel.MapMode mode = writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY;
            MemorySegment memory = file.map(mode, 0, length(name), Arena.global());
            return new Region(memory);
        }
    }
}
