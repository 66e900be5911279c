package netkeep.placement;

import netkeep.engine.socket.Claims;
import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.Region;
import netkeep.stack.PeerPort;

/// What a daemon's stack and a program's own beside it share: a region each, which its side writes and the other
/// reads. The daemon's ports are in a third one.
///
/// ```text
/// the program's                            the daemon's
///        0  its ports, as Claims has them          0  frames to the program, the producer's side
///   131072  frames to the daemon,            1048640  frames from it, the consumer's side
///           the producer's side              1048768  the board, as [BesideBoard] has it
///  1179712  frames from it, the
///           consumer's side
/// ```
///
/// Both are new for each program that comes, and the same for all processes that are the daemon's stack meanwhile.
///
/// @param program the region that the program writes, and
/// @param daemon  the one that the daemon does
public record BesideRings(Region program, Region daemon) {
    /// The daemon's number of the two stacks that have the same addresses, and the program's.
    public static final int DAEMON = 0;

    public static final int PROGRAM = 1;

    /// What a recording calls the two regions.
    public static final String PROGRAMS = "beside-program";

    public static final String DAEMONS = "beside-daemon";

    /// Octets of frames each way.
    private static final int CAPACITY = 1 << 20;

    private static final long PROGRAM_GIVES = Claims.LENGTH;
    private static final long PROGRAM_TAKES = PROGRAM_GIVES + FrameProducer.length(CAPACITY);
    private static final long DAEMON_GIVES = 0;
    private static final long DAEMON_TAKES = FrameProducer.length(CAPACITY);
    private static final long BOARD = DAEMON_TAKES + FrameProducer.CONSUMER_LENGTH;

    /// Octets of the program's region, and of the daemon's.
    public static final long PROGRAM_LENGTH = PROGRAM_TAKES + FrameProducer.CONSUMER_LENGTH;

    public static final long DAEMON_LENGTH = BOARD + BesideBoard.LENGTH;

    /// Octets of the region of the daemon's ports.
    public static final long PORTS_LENGTH = Claims.LENGTH;

    /// The daemon's end.
    ///
    /// @param links how many there are, the loopback included
    /// @param taken the position that it committed, 0 if these rings are [#fresh]
    PeerPort ofDaemon(int links, long taken, Runnable bell) {
        FrameConsumer in =
                new FrameConsumer(daemon, DAEMON_TAKES, program, PROGRAM_GIVES, CAPACITY, PeerPort.LONGEST, taken);
        FrameProducer out = new FrameProducer(
                daemon, DAEMON_GIVES, program, PROGRAM_TAKES, CAPACITY, FrameProducer.published(daemon, DAEMON_GIVES));
        return new PeerPort(in, out, links, bell);
    }

    /// The program's end; what it has taken nobody commits.
    ///
    /// @param links how many there are, the loopback included
    public PeerPort ofProgram(int links, Runnable bell) {
        FrameConsumer in =
                new FrameConsumer(program, PROGRAM_TAKES, daemon, DAEMON_GIVES, CAPACITY, PeerPort.LONGEST, 0);
        FrameProducer out = new FrameProducer(program, PROGRAM_GIVES, daemon, DAEMON_TAKES, CAPACITY, 0);
        return new PeerPort(in, out, links, bell);
    }

    /// Whether no stack of the daemon has committed where it is in these rings.
    boolean fresh() {
        return !FrameConsumer.begun(daemon, DAEMON_TAKES);
    }

    /// Notes that one has.
    void begin() {
        FrameConsumer.begin(daemon, DAEMON_TAKES);
    }

    /// What the daemon tells the program of its addresses.
    public BesideBoard board() {
        return new BesideBoard(daemon, BOARD);
    }
}
