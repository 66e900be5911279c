package netkeep.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import netkeep.linux.Descriptors;
import netkeep.linux.OtherThread;
import netkeep.linux.Threads;
import netkeep.ring.Region;
import org.junit.jupiter.api.Test;

class VigilTest {
    private static final int NICE = 7;
    private static final int SIGNS = 1000;
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long MAYBE_NS = TimeUnit.MILLISECONDS.toNanos(12);
    private static final int ATTEMPTS = 10;
    private static final long HELD = 1L << 29;
    private static final long PAGE = 4096;
    private static final long COLD_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private long nowNs;

    @Test
    void whoComputesIsInALoopIfItGivesNoSign() throws Exception {
        // No thread of a JVM: those sleep now and then, for others of it.
        Process computes = new ProcessBuilder("sh", "-c", "ulimit -t 60; echo; while :; do :; done").start();
        computes.getInputStream().read();
        int process = Math.toIntExact(computes.pid());
        int descriptor = Shared.make("sign", Long.BYTES);
        try (Arena arena = Arena.ofConfined();
                OtherThread thread = new OtherThread(process, process);
                Vigil vigil = new Vigil(process, process);
                Vigil other = new Vigil(process, process)) {
            Region sign = Shared.mapped(arena, descriptor, Long.BYTES, true);
            vigil.signs(List.of(new Vigil.Sign(descriptor, 0)), false, 0);
            long beganNs = thread.cpuNs();
            signs(vigil, sign, () -> sign.i64(0) < SIGNS);
            // Of no look more than 8 ms count, of 100 in which its code may be new.
            int cold = looksUntilFault(vigil, thread);
            assertTrue(cold >= 12, "looks: " + cold);
            signs(vigil, sign, () -> thread.cpuNs() - beganNs < 2 * COLD_NS);
            // Of 15 from then on.
            int warm = looksUntilFault(vigil, thread);
            assertTrue(cold > 2 * warm, "looks: " + cold + ", " + warm);
            signs(vigil, sign, () -> false);
            // Who has rehearsed has no new code.
            other.signs(List.of(new Vigil.Sign(descriptor, 0)), true, 0);
            signs(other, sign, () -> false);
            int rehearsed = looksUntilFault(other, thread);
            assertTrue(cold > 2 * rehearsed, "looks: " + cold + ", " + rehearsed);
        } finally {
            computes.destroyForcibly().waitFor();
            Descriptors.close(descriptor);
        }
    }

    @Test
    void whoMayBeInALoopGoesBeforeOthersOnceInAWhile() throws Exception {
        Process computes = new ProcessBuilder("sh", "-c", "ulimit -t 60; echo; while :; do :; done").start();
        computes.getInputStream().read();
        int process = Math.toIntExact(computes.pid());
        int descriptor = Shared.make("sign", Long.BYTES);
        try (Arena arena = Arena.ofConfined();
                Vigil vigil = new Vigil(process, process)) {
            int usual = Threads.nice(process);
            assumeTrue(Threads.prefer(process, -1), "only root may go before others");
            Threads.prefer(process, usual);
            Region sign = Shared.mapped(arena, descriptor, Long.BYTES, true);
            vigil.signs(List.of(new Vigil.Sign(descriptor, 0)), false, 0);
            signs(vigil, sign, () -> false);
            assertEquals(usual, Threads.nice(process));
            OtherThread thread = new OtherThread(process, process);
            long beganNs = thread.cpuNs();
            while (thread.cpuNs() - beganNs < MAYBE_NS) {
                vigil.look(nowNs);
            }
            assertEquals(Threads.FIRST, Threads.nice(process));
            signs(vigil, sign, () -> Threads.nice(process) == Threads.FIRST);
            while (thread.cpuNs() - beganNs < 2 * MAYBE_NS) {
                vigil.look(nowNs);
            }
            assertEquals(usual, Threads.nice(process), "a second has not gone by");
            thread.close();
        } finally {
            computes.destroyForcibly().waitFor();
            Descriptors.close(descriptor);
        }
    }

    /// Its last thread takes down its memory, and is neither in a loop then nor to go before others.
    @Test
    void whoDiesIsSeenBeforeItsMemoryIsGone() throws Exception {
        int descriptor = Shared.make("sign", Long.BYTES);
        boolean before = false;
        // Whoever looks may have to wait for a core that long itself.
        for (int attempt = 0; attempt < ATTEMPTS && !before; attempt++) {
            Process holds =
                    new ProcessBuilder("dd", "if=/dev/zero", "of=/dev/null", "bs=" + HELD, "count=1000").start();
            int process = Math.toIntExact(holds.pid());
            try (Vigil vigil = new Vigil(process, process);
                    OtherThread thread = new OtherThread(process, process)) {
                Path statm = Path.of("/proc/" + process + "/statm");
                while (Long.parseLong(Files.readString(statm).split(" ")[1]) < HELD / PAGE) {
                    Thread.onSpinWait();
                }
                vigil.signs(List.of(new Vigil.Sign(descriptor, 0)), true, nowNs);
                vigil.look(nowNs);
                assertFalse(vigil.dies());
                int usual = Threads.nice(process);
                holds.destroyForcibly();
                while (!vigil.dies() && thread.look()) {
                    nowNs += LOOK_NS;
                    vigil.look(nowNs);
                }
                before = vigil.dies() && thread.look() && thread.state() == OtherThread.RUNS;
                assertTrue(!before || Threads.nice(process) == usual);
            } finally {
                holds.destroyForcibly().waitFor();
            }
        }
        Descriptors.close(descriptor);
        assertTrue(before);
    }

    /// The garbage of who serves is collected while it waits, so its collector waits for nobody; nor does what makes
    /// new code fast. Here this JVM's.
    @Test
    void whoServesHasItsCollectorAndCompilerGoBeforeOthers() throws Exception {
        int collector = named("VM Thread");
        int compiler = named("C1 CompilerThre");
        int usual = Threads.nice(collector);
        assumeTrue(Threads.prefer(collector, -1), "only root may go before others");
        Threads.prefer(collector, usual);
        int descriptor = Shared.make("sign", Long.BYTES);
        try (Arena arena = Arena.ofConfined();
                Vigil vigil = new Vigil(Math.toIntExact(ProcessHandle.current().pid()), Threads.threadId())) {
            Region sign = Shared.mapped(arena, descriptor, Long.BYTES, true);
            vigil.signs(List.of(new Vigil.Sign(descriptor, 0)), true, 0);
            look(vigil);
            assertEquals(-5, Threads.nice(compiler));
            assertEquals(usual, Threads.nice(collector), "before it has given a sign");
            signs(vigil, sign, () -> false);
            assertEquals(-5, Threads.nice(collector));
        } finally {
            Threads.prefer(collector, usual);
            Threads.prefer(compiler, usual);
            Descriptors.close(descriptor);
        }
    }

    private static int named(String name) throws IOException {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path each : threads) {
                if (Files.readString(each.resolve("comm")).strip().equals(name)) {
                    return Integer.parseInt(String.valueOf(each.getFileName()));
                }
            }
        }
        throw new IOException("this JVM has no " + name);
    }

    /// Gives signs, one at least; whoever does is busy and at no fault.
    private void signs(Vigil vigil, Region sign, BooleanSupplier goesOn) {
        do {
            sign.i64Release(0, sign.i64(0) + 1);
            look(vigil);
            assertNull(vigil.fault(nowNs));
        } while (goesOn.getAsBoolean());
    }

    /// Looks until it is at fault.
    ///
    /// @return how often it had used CPU time since the last look; of the first the vigil may know before
    private int looksUntilFault(Vigil vigil, OtherThread thread) {
        int looks = 0;
        long cpuNs = thread.cpuNs();
        while (vigil.fault(nowNs) == null) {
            look(vigil);
            long now = thread.cpuNs();
            looks += now == cpuNs ? 0 : 1;
            cpuNs = now;
        }
        assertEquals("hung, in an endless loop", vigil.fault(nowNs));
        return looks;
    }

    private void look(Vigil vigil) {
        nowNs += LOOK_NS;
        vigil.look(nowNs);
        assertTrue(vigil.busy());
    }

    @Test
    void whoServesGoesBeforeOthersForAWhile() throws Exception {
        int descriptor = Shared.make("sign", Long.BYTES);
        FutureTask<List<Integer>> nices = new FutureTask<>(() -> {
            int own = Threads.threadId();
            if (!Threads.prefer(own, -1)) {
                return List.of();
            }
            Threads.giveWay(NICE);
            try (Arena arena = Arena.ofConfined();
                    Vigil vigil = new Vigil(Threads.processId(), own)) {
                Region sign = Shared.mapped(arena, descriptor, Long.BYTES, true);
                vigil.first(0);
                int idle = Threads.nice(own);
                vigil.signs(List.of(new Vigil.Sign(descriptor, 0)), false, 0);
                vigil.first(0);
                vigil.first(0);
                int first = Threads.nice(own);
                // Without a sign it would be suspected, and go first again for that.
                sign.i64Release(0, 1);
                vigil.look(TimeUnit.MILLISECONDS.toNanos(99));
                int still = Threads.nice(own);
                sign.i64Release(0, 2);
                vigil.look(TimeUnit.MILLISECONDS.toNanos(100));
                return List.of(idle, first, still, Threads.nice(own));
            }
        });
        // A thread of its own: what it becomes it stays.
        Thread.ofPlatform().start(nices);
        boolean may = !nices.get().isEmpty();
        Descriptors.close(descriptor);
        assumeTrue(may, "only root may go before others");
        assertEquals(List.of(NICE, -20, -20, NICE), nices.get());
    }
}
