package netkeep.placement;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Memory;
import netkeep.ring.Region;
import netkeep.session.Terms;

/// A file with all that a stack left when it died: its settings, and copies of the regions in which its successor would
/// find them. Of a region it has what was ever touched. Whoever may read the file may read what was sent.
///
/// ```text
///  0  magic    u64  0x4e4b_5245_4300_0001: what this is, and the version in the last 16 bits
///  8  nowNs    u64  an instant after its death, on its machine's CLOCK_MONOTONIC
/// 16  cause, settings    texts: u32 octets, then UTF-8
///     regions, the last with an empty name: text name, u64 length, then
///       pieces, the last of 0 octets: u64 place, u32 octets, then these
/// ```
///
/// Numbers are in the order of the network.
public final class Recording {
    /// The most octets of regions; what is beyond is left out, and reads as zeros.
    private static final long MOST = 32 << 20;

    private static final long MAGIC = 0x4e4b_5245_4300_0001L;
    private static final int PIECE = 1 << 16;
    private static final int LONGEST_TEXT = 1 << 16;

    private final String cause;
    private final long nowNs;
    private final Settings settings;
    private final Map<String, Region> regions;

    private Recording(String cause, long nowNs, Settings settings, Map<String, Region> regions) {
        this.cause = cause;
        this.nowNs = nowNs;
        this.settings = settings;
        this.regions = regions;
    }

    /// How the stack ended.
    public String cause() {
        return cause;
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

    /// Copies what lies in regions that nobody writes meanwhile, to a file that only this user may read.
    ///
    /// @param regions descriptors by their names; the first are the last to be left out
    /// @throws java.nio.file.FileAlreadyExistsException if there is such a file: another user may have made it
    public static void write(Path file, String cause, long nowNs, String settings, Map<String, Integer> regions)
            throws IOException {
        Set<StandardOpenOption> anew = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (DataOutputStream out = new DataOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(Files.newByteChannel(file, anew, mine)), PIECE))) {
            out.writeLong(MAGIC);
            out.writeLong(nowNs);
            text(out, cause);
            text(out, settings);
            long room = MOST;
            for (Map.Entry<String, Integer> region : regions.entrySet()) {
                // What it copied for others is nothing to it.
                if (!region.getKey().startsWith(Grants.CAPTURE)) {
                    text(out, region.getKey());
                    room -= copy(out, region.getValue(), room);
                }
            }
            text(out, "");
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(octets.length);
        out.write(octets);
    }

    /// @return octets
    private static long copy(DataOutputStream out, int region, long room) throws IOException {
        out.writeLong(Descriptors.length(region));
        long copied = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(PIECE);
            byte[] octets = new byte[PIECE];
            Call call = new Call();
            long end = 0;
            for (long at = Descriptors.data(region, 0); at >= 0 && copied < room; ) {
                if (at >= end) {
                    end = Descriptors.hole(region, at);
                }
                int length = call.pread(region, memory, 0, (int) Math.min(PIECE, end - at), at);
                if (length <= 0) {
                    throw new IOException("a region cannot be read: " + length);
                }
                MemorySegment.copy(memory, JAVA_BYTE, 0, octets, 0, length);
                out.writeLong(at);
                out.writeInt(length);
                out.write(octets, 0, length);
                copied += length;
                at += length;
                at = at < end ? at : Descriptors.data(region, at);
            }
        }
        out.writeLong(0);
        out.writeInt(0);
        return copied;
    }

    /// Reads one.
    ///
    /// @param arena that the copies live in
    /// @throws IOException if the file is none
    public static Recording read(Path file, Arena arena) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), PIECE))) {
            if (in.readLong() != MAGIC) {
                throw new IOException(file + " is no recording, or one of another version");
            }
            long nowNs = in.readLong();
            String cause = text(in);
            Settings settings = Settings.parse(text(in));
            Map<String, Region> regions = new LinkedHashMap<>();
            for (String name = text(in); !name.isEmpty(); name = text(in)) {
                regions.put(name, region(in, arena));
            }
            return new Recording(cause, nowNs, settings, regions);
        } catch (EOFException end) {
            throw new IOException(file + " is cut short", end);
        } catch (RuntimeException wrong) {
            throw new IOException(file + " is damaged: " + wrong.getMessage(), wrong);
        }
    }

    private static Region region(DataInputStream in, Arena arena) throws IOException {
        Region region = new Region(Memory.sparse(arena, in.readLong()));
        byte[] octets = new byte[PIECE];
        while (true) {
            long at = in.readLong();
            int length = in.readInt();
            if (length == 0) {
                return region;
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
