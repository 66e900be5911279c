package netkeep.engine.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import netkeep.session.Option;
import org.junit.jupiter.api.Test;

/// The table of options in `docs/session.md`, row by row on sockets of both protocols.
class OptionTableTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([a-z.]+) \\| (TCP|UDP|TCP, UDP) "
            + "\\| (-?[0-9]+)\\.\\.([0-9]+|`capacity`) \\| [^|]+ \\| (1|EINVAL|nearest|low octet) \\| [^|]+ \\|$");
    private static final int EINVAL = 22;
    private static final int ENOPROTOOPT = 92;

    private final UdpLab lab = new UdpLab();
    private final int tcp = lab.client.open(6);
    private final int udp = lab.client.open(17);

    private static String page() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.isDirectory(here.resolve("docs")) ? here : here.getParent();
        return Files.readString(root.resolve("docs/session.md"));
    }

    private int set(int socket, int option, long value) {
        return lab.answer(lab.client.option(socket, option, value), socket);
    }

    @Test
    void rowsSayWhatSocketsDo() throws Exception {
        lab.turn();
        Set<String> all = new TreeSet<>();
        for (Field field : Option.class.getFields()) {
            all.add(field.getName());
        }
        for (MatchResult row : ROW.matcher(page()).results().toList()) {
            String name = row.group(1).replace('.', '_').toUpperCase(Locale.ROOT);
            assertTrue(all.remove(name), "no such option, or twice: " + name);
            int option = Option.class.getField(name).getInt(null);
            for (int socket : new int[] {tcp, udp}) {
                if (row.group(2).contains(socket == tcp ? "TCP" : "UDP")) {
                    tried(row, option, socket);
                } else {
                    assertEquals(ENOPROTOOPT, set(socket, option, 1), name);
                }
            }
        }
        assertEquals(Set.of(), all, "options without a row");
    }

    private void tried(MatchResult row, int option, int socket) {
        long least = Long.parseLong(row.group(3));
        long most = row.group(4).startsWith("`") ? lab.client.layout().capacity() : Long.parseLong(row.group(4));
        int outside = row.group(5).equals("EINVAL") ? EINVAL : 0;
        assertEquals(0, set(socket, option, least), row.group());
        assertEquals(0, set(socket, option, most), row.group());
        assertEquals(outside, set(socket, option, least - 1), row.group());
        assertEquals(outside, set(socket, option, most + 1), row.group());
        assertEquals(outside, set(socket, option, Long.MIN_VALUE), row.group());
        if (option == Option.MAX_SEGMENT) {
            assertEquals(0, set(socket, option, 0));
        }
    }
}
