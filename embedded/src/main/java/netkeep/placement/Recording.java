package netkeep.placement;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import netkeep.domain.Pulse;
import netkeep.linux.Memory;
import netkeep.ring.Region;
import netkeep.session.Terms;

/// A file with what a domain left when it died: its settings, and copies of the regions in which its successor
/// found it. Of a region it has what was ever touched. Whoever may read the file may read what was sent. [Recorder]
/// makes it.
///
/// ```text
///  0  magic    u64  0x4e4b_5245_4300_0002: what this is, and the version in the last 16 bits
///  8  nowNs    u64  an instant after its death, on its machine's CLOCK_MONOTONIC
/// 16  flags    u32  1 it was killed, 2 something found no room
/// 20  cause, settings    texts: u32 octets, then UTF-8
///     regions, some in two parts, the last with an empty name: text name, u64 length, then
///       pieces, the last of 0 octets: u64 place, u32 octets, then these
/// ```
///
/// Numbers are in the order of the network.
public final class Recording {
    private static final int PIECE = 1 << 18;
    private static final int LONGEST_TEXT = 1 << 16;

    private final String cause;
    private final long nowNs;
    private final int flags;
    private final Settings settings;
    private final Map<String, Region> regions;

    private Recording(String cause, long nowNs, int flags, Settings settings, Map<String, Region> regions) {
        this.cause = cause;
        this.flags = flags;
        this.nowNs = nowNs;
        this.settings = settings;
        this.regions = regions;
    }

    /// How the domain ended.
    public String cause() {
        return cause;
    }

    /// Whether somebody else ended it: then it died of no input.
    public boolean killed() {
        return (flags & Recorder.KILLED) != 0;
    }

    /// Whether something found no room: it reads as zeros.
    public boolean cut() {
        return (flags & Recorder.CUT) != 0;
    }

    /// Its parts.
    public List<String> parts() {
        return settings.parts();
    }

    /// How often its loop had gone round.
    public long rounds() {
        return regions.entrySet().stream()
                .filter(region -> region.getKey().startsWith(Grants.PULSE))
                .mapToLong(region -> region.getValue().i64(Pulse.ROUNDS))
                .findFirst()
                .orElse(0);
    }

    long nowNs() {
        return nowNs;
    }

    Settings settings() {
        return settings;
    }

    /// A copy of a region, to be written as one likes.
    ///
    /// @throws IllegalArgumentException if there is none of that name
    Region region(String name) {
        Region region = regions.get(name);
        if (region == null) {
            throw new IllegalArgumentException("the recording has no region " + name);
        }
        return region;
    }

    boolean has(String name) {
        return regions.containsKey(name);
    }

    /// The line of the recorded settings that tells what a session has.
    public static String terms(int session, String terms) {
        return "terms " + session + " " + terms;
    }

    /// What a session has.
    ///
    /// @throws IllegalArgumentException if nothing is told of it
    Terms terms(int session) {
        String begin = terms(session, "");
        return settings.lines().stream()
                .filter(line -> line.startsWith(begin))
                .map(line -> Terms.parse(line.substring(begin.length())))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the recording has no terms of session " + session));
    }

    /// Writes what a [Recorder] has copied, to a file that only this user may read.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException if there is such a file: another user may have made it
    public static void write(Path file, MemorySegment copied) throws IOException {
        Set<StandardOpenOption> anew = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (SeekableByteChannel out = Files.newByteChannel(file, anew, mine)) {
            for (ByteBuffer left = copied.asByteBuffer(); left.hasRemaining(); ) {
                out.write(left);
            }
        }
    }

    /// Reads one.
    ///
    /// @param arena that the copies live in
    /// @throws IOException if the file is none
    public static Recording read(Path file, Arena arena) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), PIECE))) {
            if (in.readLong() != Recorder.MAGIC) {
                throw new IOException(file + " is no recording, or one of another version");
            }
            long nowNs = in.readLong();
            int flags = in.readInt();
            String cause = text(in);
            Settings settings = Settings.parse(text(in));
            Map<String, Region> regions = new LinkedHashMap<>();
            for (String name = text(in); !name.isEmpty(); name = text(in)) {
                long length = in.readLong();
                pieces(in, regions.computeIfAbsent(name, first -> new Region(Memory.sparse(arena, length))));
            }
            return new Recording(cause, nowNs, flags, settings, regions);
        } catch (EOFException end) {
            throw new IOException(file + " is cut short", end);
        } catch (RuntimeException wrong) {
            throw new IOException(file + " is damaged: " + wrong.getMessage(), wrong);
        }
    }

    private static void pieces(DataInputStream in, Region region) throws IOException {
        byte[] octets = new byte[PIECE];
        while (true) {
            long at = in.readLong();
            int length = in.readInt();
            if (length == 0) {
                return;
            }
            in.readFully(octets, 0, length);
            region.copy(at, MemorySegment.ofArray(octets), 0, length);
        }
    }

    private static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > LONGEST_TEXT) {
            throw new IllegalArgumentException("a text of " + length + " octets");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
}
