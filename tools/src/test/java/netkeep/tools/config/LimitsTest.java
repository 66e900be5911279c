package netkeep.tools.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import netkeep.placement.Settings;
import netkeep.session.Terms;
import org.junit.jupiter.api.Test;

/// What a configuration lets programs have.
class LimitsTest {
    /// And none has shorter rings for that.
    @Test
    void programMayHaveMoreSocketsThanUsual() {
        Config config = ConfigFileTest.good(ConfigFileTest.LINK + "[limits]\nsockets = 8192\n");
        Settings settings = new Settings(List.of(), 0, false, List.of(), config.limitLines());
        assertEquals(Terms.MOST.layout(), settings.terms(7).layout());
        assertTrue(ConfigFileTest.problems(ConfigFileTest.LINK + "[limits]\nsockets = 8194\n")
                .getFirst()
                .contains("2..8192"));
    }

    @Test
    void wrongLimitIsToldWithWhatToWrite() {
        assertEquals(
                List.of(
                        "5: sockets: 7: half of them are for connections that are accepted: write an even one",
                        "6: [[limit]] without a user: write user = \"NAME\", or a number",
                        "7: memory: \"12\" is not possible: write \"1 MiB\" or more, as \"64 MiB\" or \"2 GiB\"",
                        "11: user: there is a [[limit]] of the same user already: write one"),
                ConfigFileTest.problems(ConfigFileTest.LINK + """
                        [limits]
                        sockets = 7
                        [[limit]]
                        memory = "12"
                        [[limit]]
                        user = 5
                        [[limit]]
                        user = 5
                        """));
    }
}
