package netkeep.tools.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.tools.doctor.Finding.Health;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What doctor makes of what the kernel tells, on machines that are not this one.
class DoctorTest {
    @ParameterizedTest
    @CsvSource({"6.18.44-fc, GOOD", "6.2.0, GOOD", "6.1.0-21-amd64, FAIR", "5.4.0, FAIR", "4.19.1, BAD", "nonsense, BAD"
    })
    void kernelsByTheirAge(String release, Health health) {
        assertEquals(health, Machine.kernel(release).health());
    }

    @Test
    void whatIsNotGoodHasAdvice() {
        for (Finding finding : new Finding[] {
            Machine.kernel("4.19"),
            Machine.kernel("5.10"),
            Machine.clock("hpet"),
            Machine.transparent("never"),
            Machine.files("1024")
        }) {
            assertFalse(finding.health() == Health.GOOD, finding.name());
            assertFalse(finding.advice().isEmpty(), finding.name());
        }
        assertEquals(Health.GOOD, Machine.clock("tsc").health());
        assertEquals(Health.GOOD, Machine.transparent("madvise").health());
        assertEquals(Health.GOOD, Machine.files("unlimited").health());
        assertEquals("8 MiB; none is locked", Machine.locked("8388608").found());
        assertEquals("0 reserved; none is needed", Machine.huge("0").found());
    }

    @Test
    void kernelsTextsAreRead() {
        assertEquals("madvise", Proc.chosen("always [madvise] never"));
        assertEquals("0000003fffffffff", Proc.field("Name:\tx\nCapEff:\t0000003fffffffff\n", "CapEff:"));
        assertTrue(Proc.has("0000000000003000", 12));
        assertFalse(Proc.has("0000000000002000", 12));
        assertFalse(Proc.has("", 12));
        String limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            20000      524288    files";
        assertEquals("20000", Proc.softLimit(limits, "Max open files"));
        assertEquals("", Proc.softLimit(limits, "Max locked memory"));
    }
}
