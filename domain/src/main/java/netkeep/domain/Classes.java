package netkeep.domain;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/// Loads code before it is needed: a domain that has given up opening files loads none from a file any more.
public final class Classes {
    private static final String SUFFIX = ".class";

    private Classes() {}

    /// Loads all classes of these packages and those below them, wherever this JVM has them from.
    public static void load(List<String> packages) throws IOException {
        Set<String> names = new TreeSet<>();
        for (ResolvedModule module : ModuleLayer.boot().configuration().modules()) {
            Set<String> its = module.reference().descriptor().packages();
            if (its.stream().anyMatch(one -> packages.stream().anyMatch(name -> under(one, name)))) {
                try (ModuleReader reader = module.reference().open();
                        Stream<String> found = reader.list()) {
                    found.forEach(names::add);
                }
            }
        }
        for (String place : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
            list(Path.of(place), names);
        }
        for (String name : names) {
            load(name, packages);
        }
    }

    private static void load(String file, List<String> packages) {
        if (!file.endsWith(SUFFIX)) {
            return;
        }
        String name = file.substring(0, file.length() - SUFFIX.length()).replace('/', '.');
        if (packages.stream().noneMatch(within -> under(name, within))) {
            return;
        }
        try {
            Class.forName(name, false, Classes.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError unneeded) {
            // For somebody else's tests, or for what is not there: whoever needs it fails.
        }
    }

    private static boolean under(String name, String within) {
        return name.equals(within) || name.startsWith(within + ".");
    }

    private static void list(Path place, Set<String> names) throws IOException {
        if (Files.isDirectory(place)) {
            try (Stream<Path> all = Files.walk(place)) {
                all.map(path -> place.relativize(path).toString()).forEach(names::add);
            }
        } else if (Files.isRegularFile(place)) {
            try (JarFile jar = new JarFile(place.toFile())) {
                jar.stream().map(JarEntry::getName).forEach(names::add);
            }
        }
    }
}
