package netkeep.tools;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import netkeep.linux.NetworkNamespace;

/// How an ordinary user's command becomes root of a user namespace: it starts itself once more within one.
public final class NamespaceRoot {
    private NamespaceRoot() {}

    /// Why this user cannot; empty if he can.
    public static String forbidden() throws IOException {
        try {
            Process trial = new ProcessBuilder(NetworkNamespace.asRoot(List.of("true")))
                    .redirectErrorStream(true)
                    .start();
            trial.getOutputStream().close();
            String said = new String(trial.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return trial.waitFor() == 0 ? "" : said + advice();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (IOException missing) {
            return "there is no command unshare, of util-linux (" + missing.getMessage() + ")";
        }
    }

    /// What to do about it.
    public static String advice() {
        String by = NetworkNamespace.forbiddenBy();
        return by.isEmpty() ? "; run as root, or where user namespaces are allowed" : "; " + by;
    }

    /// Starts this command once more, as that root, in the network namespace in which it is.
    ///
    /// @param command of this program, whose line it begins
    /// @param option  put behind it
    /// @return its exit code
    public static int again(String command, String option) throws IOException {
        String line = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        List<String> self = new ArrayList<>(Arrays.asList(line.split("\0", -1)));
        self.removeLast();
        self.add(self.indexOf(command) + 1, option);
        try {
            List<String> whole = new ArrayList<>(NetworkNamespace.asRoot(self));
            // In a new network namespace the JVM would find no IPv6, and believe it.
            whole.remove("--net");
            return new ProcessBuilder(whole).inheritIO().start().waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
