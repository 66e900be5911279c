package netkeep.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.wire.DomainName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemFilesTest {
    @Test
    void resolvConfIsReadAsLibcDoes() {
        NameSettings settings = SystemFiles.resolvConf("""
                # a comment
                nameserver 127.0.0.53
                nameserver 198.18.0.1
                nameserver fd00::1
                nameserver fe80::1%eth0
                domain old.example
                search example lan bad..name .
                options ndots:99 timeout:4 attempts:0 rotate
                nonsense
                """);
        assertEquals(List.of(NameServer.parse("198.18.0.1"), NameServer.parse("fd00::1")), settings.servers());
        assertEquals(List.of(DomainName.parse("example"), DomainName.parse("lan")), settings.search());
        assertEquals(NameSettings.MOST_NDOTS, settings.ndots());
        assertEquals(TimeUnit.SECONDS.toNanos(4), settings.timeoutNs());
        assertEquals(NameSettings.DEFAULT.attempts(), settings.attempts());
        assertEquals(NameSettings.DEFAULT, SystemFiles.resolvConf(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0.1", "198.18.0.1:5353", "fd00::1", "[fd00::1]:5353"})
    void serverIsPrintedAsItIsRead(String text) {
        assertEquals(text, NameServer.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "198.18.0.1:", "198.18.0.1:0", "198.18.0.1:65536", "[fd00::1]", "224.0.0.1", "::", "a"})
    void nonsenseIsNoServer(String text) {
        assertThrows(IllegalArgumentException.class, () -> NameServer.parse(text));
    }
}
