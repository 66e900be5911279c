package netkeep.trials.taste;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticListener;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// A Java source and its syntax tree.
///
/// @param module the folder at the top of the repository
/// @param test   whether it is a test's
/// @param path   as a message names it
record Source(String module, boolean test, String path, List<String> lines, CompilationUnitTree tree, Trees trees) {

    /// All sources of the repository, read once.
    static List<Source> all() {
        return All.SOURCES;
    }

    private static List<Source> read() {
        List<Source> sources = new ArrayList<>();
        for (String module : modules()) {
            sources.addAll(under(module, "src/main/java", false));
            sources.addAll(under(module, "src/test/java", true));
        }
        return sources;
    }

    /// The folders at the top of the repository that are modules.
    static List<String> modules() {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// The top of the repository.
    static Path root() {
        Path folder = Path.of(System.getProperty("netkeep.root", "")).toAbsolutePath();
        while (!Files.exists(folder.resolve("netkeep"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new AssertionError("not inside the repository");
            }
        }
        return folder;
    }

    /// A source that is nowhere but in a test.
    static Source sample(String module, boolean test, String text) {
        return parse(List.of(new Text(module, test, "Sample.java", text))).getFirst();
    }

    /// Where in the file a tree begins, as a message says it.
    String at(Tree place) {
        return path + ":" + line(trees.getSourcePositions().getStartPosition(tree, place));
    }

    /// The line of a position, from 1.
    int line(long position) {
        return (int) tree.getLineMap().getLineNumber(position);
    }

    /// Shows the whole tree to a scanner.
    void scan(TreePathScanner<?, ?> scanner) {
        scanner.scan(tree, null);
    }

    private static List<Source> under(String module, String folder, boolean test) {
        Path root = root();
        Path top = root.resolve(module).resolve(folder);
        if (!Files.exists(top)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(top)) {
            return parse(files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(file -> new Text(module, test, root.relativize(file).toString(), read(file)))
                    .toList());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<Source> parse(List<Text> texts) {
        if (texts.isEmpty()) {
            return List.of();
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticListener<JavaFileObject> listener = problem -> {
            throw new AssertionError(problem.toString());
        };
        JavacTask task = (JavacTask) compiler.getTask(null, null, listener, null, null, texts);
        Trees trees = Trees.instance(task);
        // The compiler hands out its own wrappers of what it was given.
        Map<URI, Text> byUri = texts.stream().collect(Collectors.toMap(Text::toUri, text -> text));
        try {
            List<Source> sources = new ArrayList<>();
            for (CompilationUnitTree tree : task.parse()) {
                Text text =
                        Objects.requireNonNull(byUri.get(tree.getSourceFile().toUri()));
                sources.add(new Source(
                        text.module, text.test, text.path, text.content.lines().toList(), tree, trees));
            }
            return sources;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static final class All {
        static final List<Source> SOURCES = read();
    }

    /// What the compiler is given to read.
    private static final class Text extends SimpleJavaFileObject {
        private final String module;
        private final boolean test;
        private final String path;
        private final String content;

        Text(String module, boolean test, String path, String content) {
            super(URI.create("string:///" + path), Kind.SOURCE);
            this.module = module;
            this.test = test;
            this.path = path;
            this.content = content;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return content;
        }
    }
}
