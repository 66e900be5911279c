package netkeep.domain;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import netkeep.linux.Landlock;
import netkeep.linux.LinuxException;
import netkeep.linux.Rights;
import netkeep.linux.Seccomp;
import netkeep.linux.Spawn;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;

/// The walls round a domain. Some are there before its program is loaded ([#start]), and hold for all threads of the
/// JVM; the others come up once its code is loaded, before it touches an octet from outside ([#close]). What it is
/// granted behind them comes open over its line.
///
/// | wall | from the start | from [#close] on |
/// | --- | --- | --- |
/// | capabilities | two: to become another user | none, where the user is root's no more |
/// | privileges | none is gained by whatever runs | |
/// | user | its keeper's | its own, where its keeper is root: nobody else's processes can signal or trace it |
/// | files | read; written below the temporary directory | none is opened, nor again through /proc |
/// | network | an empty namespace where its keeper is root; no TCP | no socket |
/// | processes | none is signalled or traced | none is started |
/// | system calls | | some fifty (seccomp) |
/// | memory, descriptors, threads | the heap's by the JVM | bounded |
///
/// A wall that the kernel does not have, or that an ordinary user may not build, is said, and the others stand.
public final class Sandbox {
    /// The user of a domain is this and its process's number: no system gives so high ones to people, and no two
    /// domains that live have the same.
    public static final int FIRST_USER = 0x6E6B_0000;

    /// Names a [Runnable] that looks at the walls from inside: trials do. It runs three times: before [#close], when
    /// only system calls are left to take, and behind all walls.
    public static final String VISITOR = "netkeep.visitor";

    private static final Logger LOG = System.getLogger(Sandbox.class.getName());

    /// The most of a domain, where the system allows as many. Control holds one for each socket that processes share.
    public static final int DESCRIPTORS = 1 << 14;

    /// Before the walls: behind them nobody is told.
    private static final int OWN_DESCRIPTORS = (int) Rights.most(Rights.DESCRIPTORS, DESCRIPTORS);

    private static final int THREADS = 128;

    /// Its error output may go to a file.
    private static final long LONGEST_FILE = 64L << 20;

    /// What the JVM may still need, besides the heap: code, compilers, stacks.
    private static final long SPARE = 512L << 20;

    private Sandbox() {}

    /// Starts a domain's program in the walls that all of its threads are to have. As [Spawn#start].
    public static int start(List<String> command, List<String> environment, int... descriptors) {
        List<String> line = new ArrayList<>(List.of("setpriv", "--no-new-privs"));
        if (Threads.effectiveUser() == 0) {
            // The program is loaded as root, who may read it wherever it lies.
            line.addAll(List.of("--bounding-set=-all,+setuid,+setgid", "--inh-caps=-all", "--ambient-caps=-all"));
        }
        line.addAll(command);
        // What is taken from a thread, its children do not have; it is of no other use afterwards.
        FutureTask<Integer> starting = new FutureTask<>(() -> {
            enclose();
            return Spawn.start(line, environment, descriptors);
        });
        Thread.ofPlatform().name("netkeep-start").start(starting);
        try {
            return starting.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof LinuxException refused) {
                throw refused;
            }
            throw new AssertionError(failure.getCause());
        } catch (InterruptedException stopped) {
            throw new IllegalStateException("interrupted while a domain starts", stopped);
        }
    }

    private static void enclose() {
        try {
            Threads.unshare(Threads.CLONE_NEWNET);
        } catch (LinuxException refused) {
            // An ordinary user. A user namespace would allow it, but whoever owns one may trace all that is in it: the
            // domain is better off without. Sockets it cannot make either way.
        }
        Rights.gainNone();
        if (Landlock.version() > 0) {
            Landlock.confine(
                    new Landlock.Beneath("/", false),
                    new Landlock.Beneath("/dev/null", true),
                    new Landlock.Beneath(System.getProperty("java.io.tmpdir", "/tmp"), true));
        }
    }

    /// How many descriptors a domain of this system may have: [#DESCRIPTORS] at most. Asked behind the walls, too.
    public static int descriptors() {
        return OWN_DESCRIPTORS;
    }

    /// Does of [#close] what takes its time and can be done before.
    public static void prepare() {
        prepareToLog();
        // What chooses it reads settings from a file, and keeps the device open.
        new SecureRandom().nextLong();
        Rights.bound(Rights.CORE, 0);
    }

    /// Builds all the other walls, for good. The calling thread is the one that serves.
    public static void close() throws IOException {
        Runnable visitor = visitor();
        visitor.run();
        prepare();
        bound();
        if (Threads.effectiveUser() == 0) {
            own();
        }
        Rights.hide();
        if (Landlock.version() > 0) {
            Landlock.confineEntirely();
        } else {
            LOG.log(Level.WARNING, "this kernel has no Landlock: files are out of reach by seccomp alone");
        }
        visitor.run();
        Seccomp.giveUp();
        visitor.run();
    }

    /// Loggers read settings, time zones and texts from files when the first record is told: a domain that has first
    /// to say something when it can open none would end with it.
    private static void prepareToLog() {
        LOG.log(Level.DEBUG, "a domain begins");
        LogRecord record = new LogRecord(java.util.logging.Level.WARNING, "session {0} is cut off: {1}");
        record.setLoggerName(LOG.getName());
        record.setParameters(new Object[] {1, "a reason"});
        record.setThrown(new IllegalStateException("as told by whoever ends"));
        for (Handler handler : java.util.logging.Logger.getLogger("").getHandlers()) {
            if (handler.getFormatter() != null) {
                handler.getFormatter().format(record);
            }
        }
    }

    private static void bound() throws IOException {
        Runtime jvm = Runtime.getRuntime();
        Rights.bound(Rights.MEMORY, used() + jvm.maxMemory() - jvm.totalMemory() + SPARE);
        Rights.bound(Rights.DESCRIPTORS, DESCRIPTORS);
        Rights.bound(Rights.FILE_LENGTH, LONGEST_FILE);
    }

    /// Octets of private writable memory that this process has mapped.
    private static long used() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            String[] words = line.split("\\s+");
            if (words[0].equals("VmData:")) {
                return Long.parseLong(words[1]) << 10;
            }
        }
        throw new IOException("/proc/self/status says nothing of VmData");
    }

    private static void own() {
        try {
            Rights.become(FIRST_USER + Threads.processId());
            // Its user's are its own alone.
            Rights.bound(Rights.THREADS, THREADS);
        } catch (LinuxException refused) {
            LOG.log(Level.WARNING, "a domain has its keeper's user: " + refused.getMessage());
        }
    }

    private static Runnable visitor() {
        @Nullable String name = System.getProperty(VISITOR);
        if (name == null) {
            return () -> {};
        }
        try {
            return Class.forName(name)
                    .asSubclass(Runnable.class)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException unknown) {
            throw new IllegalArgumentException("-D" + VISITOR + "=" + name, unknown);
        }
    }
}
