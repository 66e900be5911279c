package netkeep.tools.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What only a start takes, and no part has to know: a sentence each, which a daemon keeps as a `start` line of its
/// settings. A reload says those that are not so in its file any more.
public final class AtStart {
    private static final String LINE = "start ";

    private AtStart() {}

    /// Which part runs where.
    ///
    /// @param word of the placement, in small letters
    public static String placement(String word) {
        return LINE + "placement is " + word;
    }

    /// Where programs attach.
    ///
    /// @param path null if it was left out
    public static String session(@Nullable Path path) {
        return LINE + "session is " + (path == null ? "left out" : path);
    }

    /// Where reports are written.
    ///
    /// @param directory null if it was left out, empty for nowhere
    public static String reports(@Nullable Path directory) {
        String nowhere = directory == null ? "left out" : "\"\"";
        return LINE + "reports is " + (directory == null || directory.toString().isEmpty() ? nowhere : directory);
    }

    /// Which file of addresses and names is read.
    ///
    /// @param file empty for none
    public static String hosts(String file) {
        return LINE + "[names] hosts is \"" + file + "\"";
    }

    /// What the kernel's side of a link has.
    ///
    /// @param addresses each with the length of its subnet's prefix, in any order
    public static String kernel(String link, List<String> addresses) {
        List<String> sorted =
                addresses.stream().map(AddressValue::canonical).sorted().toList();
        return about(link) + "kernel-addresses is " + sorted;
    }

    /// What the sentences about a link begin with.
    private static String about(String link) {
        return LINE + "[[link]] " + link + ": ";
    }

    /// The sentences of a daemon's settings that a configuration does not say, but for those about links that it does
    /// not have: that one is gone says it all.
    static List<String> otherwise(List<String> settings, Config config) {
        List<String> now = config.atStart();
        return settings.stream()
                .filter(line -> line.startsWith(LINE) && !now.contains(line))
                .filter(line -> !line.startsWith(LINE + "[[link]] ")
                        || config.links().stream().anyMatch(link -> line.startsWith(about(link.name()))))
                .map(line -> line.substring(LINE.length()))
                .toList();
    }
}
