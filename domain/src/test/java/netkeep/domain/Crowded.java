package netkeep.domain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import netkeep.linux.LinuxException;
import netkeep.linux.Rights;
import netkeep.linux.Threads;

/// The process of [LineTest]: without privileges it sends descriptors that nobody receives, and says what came of it.
final class Crowded {
    /// As many as it may have open.
    static final int DESCRIPTORS = 256;

    private Crowded() {}

    public static void main(String[] arguments) throws IOException {
        // Once, so that all code is there: another user may not read it.
        crowd();
        Sandbox.descriptors();
        try {
            Rights.become(Sandbox.FIRST_USER + Threads.processId());
        } catch (LinuxException ordinary) {
            // It has no privileges, and a user whose other processes may have some in flight.
        }
        crowd().forEach(System.out::println);
        System.out.println("may have " + Sandbox.descriptors());
    }

    private static List<String> crowd() throws IOException {
        List<String> said = new ArrayList<>();
        Line[] both = Line.pair();
        try (Line one = both[0];
                Line other = both[1]) {
            int[] many = new int[Line.MOST_DESCRIPTORS];
            Arrays.fill(many, one.descriptor());
            said.add("some " + one.offer(new byte[1], many));
            boolean more = true;
            for (int sent = many.length; more && sent <= 2 * DESCRIPTORS; sent += many.length) {
                more = one.offer(new byte[1], many);
            }
            said.add("more " + more);
            said.add("octets " + one.offer(new byte[1]));
            other.receive().refuse();
            other.receive().refuse();
            said.add("again " + one.offer(new byte[1], one.descriptor()));
        }
        return said;
    }
}
