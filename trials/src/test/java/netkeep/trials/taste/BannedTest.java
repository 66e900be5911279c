package netkeep.trials.taste;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.source.tree.CatchTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.PackageTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What must not be called where: time, luck and memory come in as arguments.
class BannedTest {
    /// Modules that read no clock, draw no luck and start no thread.
    private static final Set<String> PURE = Set.of("wire", "ring", "engine", "sim");

    /// A package that is as they are, in a module that is not.
    private static final String PURE_PACKAGE = "/netkeep/names/";

    private static final Set<String> CLOCK_LUCK_AND_THREADS = Set.of(
            "System.nanoTime",
            "System.currentTimeMillis",
            "Instant.now",
            "Clock.systemUTC",
            "Math.random",
            "ThreadLocalRandom.current",
            "RandomGenerator.getDefault",
            "Thread.ofPlatform",
            "Thread.ofVirtual",
            "Thread.startVirtualThread",
            "Executors.newCachedThreadPool",
            "Executors.newSingleThreadExecutor");

    private static final Set<String> UNSEEDED = Set.of("Random", "SecureRandom", "Thread", "Timer");

    private static final Set<String> VAGUE = Set.of("util", "utils", "common", "impl", "base", "manager", "helper");

    @Test
    void nothingBannedIsUsed() {
        List<String> findings = new ArrayList<>();
        for (Source source : Source.all()) {
            findings.addAll(banned(source));
        }
        assertEquals(List.of(), findings);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "long now = System.nanoTime();",
                "java.util.function.LongSupplier now = System::nanoTime;",
                "long now = java.lang.System.currentTimeMillis();",
                "Object luck = new java.util.Random(1);",
                "double luck = Math.random();",
                "void run() throws InterruptedException { Thread.sleep(1); }",
                "void run() { try { stop(); } catch (Exception e) { } }",
                "void run() { try { stop(); } catch (java.lang.Throwable e) { } }",
            })
    void eachIsFound(String member) {
        String text = "package netkeep.engine; class Sample { " + member + " }";
        assertFalse(banned(Source.sample("engine", false, text)).isEmpty(), member);
    }

    @Test
    void vaguePackageIsFound() {
        Source vague = Source.sample("link", false, "package netkeep.link.impl; class Sample {}");
        assertFalse(banned(vague).isEmpty());
    }

    @Test
    void testsDoNotSleepButTrialsMay() {
        String text = "package netkeep.link; class Sample { void run() throws Throwable { Thread.sleep(1); } }";
        assertFalse(banned(Source.sample("link", true, text)).isEmpty());
        assertEquals(List.of(), banned(Source.sample("trials", true, text)));
    }

    private static List<String> banned(Source source) {
        List<String> findings = new ArrayList<>();
        boolean named = source.path().contains(PURE_PACKAGE);
        boolean pure = (named || PURE.contains(source.module())) && !source.test();
        boolean sleepless = pure || source.test() && !source.module().equals("trials");
        source.scan(new TreePathScanner<Void, Void>() {
            @Override
            public Void visitPackage(PackageTree tree, Void nothing) {
                for (String part : tree.getPackageName().toString().split("\\.")) {
                    found(VAGUE.contains(part), tree, "package called " + part);
                }
                return null;
            }

            @Override
            public Void visitMemberSelect(MemberSelectTree tree, Void nothing) {
                called(tree, tree.getExpression() + "." + tree.getIdentifier());
                return super.visitMemberSelect(tree, null);
            }

            @Override
            public Void visitMemberReference(MemberReferenceTree tree, Void nothing) {
                called(tree, tree.getQualifierExpression() + "." + tree.getName());
                return super.visitMemberReference(tree, null);
            }

            @Override
            public Void visitNewClass(NewClassTree tree, Void nothing) {
                String name = lastOf(tree.getIdentifier().toString(), 1);
                found(pure && UNSEEDED.contains(name), tree, "new " + name);
                return super.visitNewClass(tree, null);
            }

            @Override
            public Void visitCatch(CatchTree tree, Void nothing) {
                String name = lastOf(tree.getParameter().getType().toString(), 1);
                // A method handle's call is declared to throw anything.
                boolean throwable = name.equals("Throwable") && !source.module().equals("linux");
                found(name.equals("Exception") || throwable, tree, "catch (" + name + ")");
                return super.visitCatch(tree, null);
            }

            private void called(Tree tree, String whole) {
                String name = lastOf(whole, 2);
                found(pure && CLOCK_LUCK_AND_THREADS.contains(name), tree, name);
                found(sleepless && name.equals("Thread.sleep"), tree, name);
            }

            private void found(boolean is, Tree tree, String what) {
                if (is) {
                    findings.add(source.at(tree) + ": " + what);
                }
            }
        });
        return findings;
    }

    /// The last parts of a dotted name: `System.nanoTime` of `java.lang.System.nanoTime`.
    private static String lastOf(String name, int parts) {
        List<String> all = Arrays.asList(name.split("\\."));
        return String.join(".", all.subList(Math.max(0, all.size() - parts), all.size()));
    }
}
