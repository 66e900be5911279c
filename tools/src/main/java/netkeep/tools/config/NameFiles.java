package netkeep.tools.config;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import netkeep.domain.Shared;
import netkeep.linux.Descriptors;
import netkeep.names.Hosts;
import netkeep.names.NameSettings;
import netkeep.names.SystemFiles;
import netkeep.tools.CannotHere;

/// What the system's own files say of names, as they are when a daemon starts: behind its walls it reads none.
public final class NameFiles {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private NameFiles() {}

    /// Whom to ask.
    public static NameSettings settings(Config.Names names) {
        return names.settings(system());
    }

    private static NameSettings system() {
        try {
            return SystemFiles.resolvConf(Files.readString(RESOLV_CONF, StandardCharsets.ISO_8859_1));
        } catch (IOException none) {
            return NameSettings.DEFAULT;
        }
    }

    /// A region with the text of the hosts file.
    ///
    /// @return its descriptor, for whoever reads it
    /// @throws CannotHere if the file that was named cannot be read
    public static int hosts(Config.Names names) {
        Path file = Path.of(names.hosts().isEmpty() ? "/dev/null" : names.hosts());
        byte[] text = {};
        try {
            text = Files.readAllBytes(file);
        } catch (IOException refused) {
            if (!names.equals(Config.Names.DEFAULT)) {
                throw new CannotHere("[names] hosts: cannot read " + file + ": name another file, or \"\" for none");
            }
        }
        text = Arrays.copyOf(text, Math.clamp(text.length, 1, Hosts.LONGEST));
        int written = Shared.make("hosts", text.length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment.copy(
                    text,
                    0,
                    Shared.map(arena, Descriptors.duplicate(written), text.length, true)
                            .memory(),
                    ValueLayout.JAVA_BYTE,
                    0,
                    text.length);
            return Shared.readOnly(written);
        } finally {
            Descriptors.close(written);
        }
    }
}
