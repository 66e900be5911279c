package netkeep.embedded;

import netkeep.contract.AsynchronousAnswersTest;
import netkeep.contract.BesideWhoWaitsTest;
import netkeep.contract.ConnectionAnswersTest;
import netkeep.contract.ConnectionChannelTest;
import netkeep.contract.OptionAnswersTest;
import netkeep.contract.PortAnswersTest;
import netkeep.contract.PortChannelTest;
import netkeep.contract.SelectorTest;
import org.junit.jupiter.api.Nested;

/// What the client's tests ask of channels over a stack in memory, asked over the real one: [OnSilentWire].
class ContractTest {
    @Nested
    class Connections extends ConnectionChannelTest {}

    @Nested
    class Ports extends PortChannelTest {}

    @Nested
    class Selectors extends SelectorTest {}

    @Nested
    class ConnectionAnswers extends ConnectionAnswersTest {}

    @Nested
    class OptionAnswers extends OptionAnswersTest {}

    @Nested
    class PortAnswers extends PortAnswersTest {}

    @Nested
    class BesideWhoWaits extends BesideWhoWaitsTest {}

    @Nested
    class AsynchronousAnswers extends AsynchronousAnswersTest {}
}
