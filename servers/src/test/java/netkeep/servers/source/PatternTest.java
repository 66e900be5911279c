package netkeep.servers.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class PatternTest {
    @Test
    void everyOctetFollowsFromItsPosition() {
        Seeds.each(200, luck -> {
            long position = luck.nextLong(1L << 50);
            ByteBuffer buffer = ByteBuffer.allocate(1 + luck.nextInt(700_000));
            Pattern.fill(buffer, position);
            assertEquals(buffer.capacity(), buffer.position());
            int any = luck.nextInt(buffer.capacity());
            assertEquals(Pattern.octet(position + any), buffer.get(any));
            assertEquals(-1, Pattern.mismatch(buffer.flip(), position));
            buffer.put(any, (byte) (buffer.get(any) + 1 + luck.nextInt(255)));
            assertEquals(any, Pattern.mismatch(buffer, position));
        });
    }

    @Test
    void shiftedStreamIsFoundOutSoon() {
        ByteBuffer buffer = ByteBuffer.allocate(1000);
        Pattern.fill(buffer, 0);
        buffer.flip();
        for (int shift = 1; shift < Pattern.PERIOD; shift++) {
            long right = Pattern.mismatch(buffer, shift);
            assertTrue(right >= 0 && right < 100, "shift " + shift + " is found out after " + right);
        }
    }
}
