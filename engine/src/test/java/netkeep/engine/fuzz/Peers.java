package netkeep.engine.fuzz;

import java.util.SplittableRandom;
import netkeep.engine.tcp.State;
import netkeep.engine.tcp.TcpAudit;
import netkeep.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

/// All peers of the engine: they keep connections alive, in all states, and behave as badly as they like.
final class Peers {
    static final int[] PORTS = {80, 81};

    private static final int TALKS = 96;
    private static final int FIRST_PORT = 2048;
    private static final int PORTS_OF_PEERS = 60_000;
    private static final int PATIENCE = 60;

    final Talk[] talks = new Talk[TALKS];
    private final @Nullable Talk[] byPort = new Talk[1 << 16];
    private final SplittableRandom luck;
    private final Shot shot;
    private final Tally tally;
    private TcpAudit audit;
    private int nextPort = FIRST_PORT;
    /// Whether new connections are begun.
    boolean calling = true;

    Peers(SplittableRandom luck, Shot shot, Tally tally, TcpAudit audit) {
        this.luck = luck;
        this.shot = shot;
        this.tally = tally;
        this.audit = audit;
        for (int i = 0; i < TALKS; i++) {
            int link = 1 + (i & 1);
            boolean v4 = (i & 2) != 0;
            talks[i] = new Talk(Place.local(link, v4), Place.remote(link, v4, i % 13), link);
        }
    }

    void audit(TcpAudit value) {
        audit = value;
    }

    @Nullable
    Talk byPort(int port) {
        return byPort[port];
    }

    int state(Talk talk) {
        return audit.state(talk.local, talk.enginePort, talk.remote, talk.port);
    }

    /// Writes the next frame of some peer.
    ///
    /// @return false if the peer that was chosen has nothing to say
    boolean next(int now) {
        Talk talk = talks[luck.nextInt(TALKS)];
        talk.age++;
        return switch (talk.phase) {
            case Talk.FREE -> calling && call(talk, now);
            case Talk.CALLING -> calls(talk, now);
            case Talk.CALLED -> called(talk, now);
            default -> up(talk, now);
        };
    }

    private void begin(Talk talk) {
        free(talk);
        do {
            nextPort = nextPort == FIRST_PORT + PORTS_OF_PEERS ? FIRST_PORT : nextPort + 1;
        } while (byPort[nextPort] != null);
        int iss = luck.nextInt(4) == 0 ? -luck.nextInt(100_000) : luck.nextInt();
        talk.begin(nextPort, PORTS[luck.nextInt(2)], iss);
        byPort[nextPort] = talk;
        talk.scaling = luck.nextInt(4) != 0;
        talk.scale = luck.nextInt(15);
        talk.stamps = luck.nextInt(3) != 0;
        talk.sacks = luck.nextInt(4) != 0;
        talk.stubborn = luck.nextInt(8);
        talk.lazy = luck.nextInt(8);
        talk.lifetime = 20 + luck.nextInt(300);
        tally.connections++;
    }

    void free(Talk talk) {
        if (byPort[talk.port] == talk) {
            byPort[talk.port] = null;
        }
        talk.phase = Talk.FREE;
    }

    /// A user of the engine connects to this peer.
    void calledBy(Talk talk, int socket) {
        begin(talk);
        talk.phase = Talk.CALLED;
        talk.socket = socket;
    }

    private boolean call(Talk talk, int now) {
        begin(talk);
        talk.phase = Talk.CALLING;
        return syn(talk, TcpHeader.SYN, now);
    }

    private boolean syn(Talk talk, int with, int now) {
        shot.begin(talk, now);
        shot.flags = with;
        shot.seq = talk.iss;
        shot.ack = talk.engineIss + 1;
        shot.options.mss(luck.nextInt(8) == 0 ? luck.nextInt(300) : 1200 + luck.nextInt(300));
        if (talk.scaling) {
            shot.options.wscale(talk.scale);
        }
        if (talk.sacks) {
            shot.options.permitSack();
        }
        if (talk.stamps) {
            shot.options.timestamps(now, talk.engineStamp);
        }
        if ((with & TcpHeader.ACK) == 0 && luck.nextBoolean()) {
            shot.flags |= TcpHeader.ECE | TcpHeader.CWR;
        }
        shot.write(talk);
        return true;
    }

    private boolean calls(Talk talk, int now) {
        if (talk.age > PATIENCE) {
            free(talk);
            return false;
        }
        return talk.age % 8 == 0 && state(talk) != State.ESTABLISHED.ordinal() && syn(talk, TcpHeader.SYN, now);
    }

    /// The engine has sent a SYN: the peer may answer.
    private boolean called(Talk talk, int now) {
        if (state(talk) != State.SYN_SENT.ordinal()) {
            if (talk.gaveBack) {
                free(talk);
            }
            return false;
        }
        if (talk.engineIss == 0) {
            return false;
        }
        if (luck.nextInt(20) == 0) {
            shot.begin(talk, now);
            shot.flags = TcpHeader.RST | TcpHeader.ACK;
            shot.seq = 0;
            shot.ack = talk.engineIss + 1;
            shot.write(talk);
            talk.mayEnd = true;
            return true;
        }
        talk.phase = Talk.UP;
        talk.taken = talk.engineIss + 1;
        talk.opened = talk.taken + 0xFFFF;
        // One in eight has sent its own SYN without having seen ours.
        boolean crossing = luck.nextInt(8) == 0;
        return syn(talk, crossing ? TcpHeader.SYN : TcpHeader.SYN | TcpHeader.ACK, now);
    }

    private boolean up(Talk talk, int now) {
        int state = state(talk);
        if (state == TcpAudit.NONE) {
            if (talk.established && !talk.mayEnd && !talk.gaveBack && !(talk.finSent && talk.engineFin)) {
                throw new AssertionError("a connection is gone: " + talk);
            }
            if (talk.socket < 0 || talk.gaveBack) {
                free(talk);
            }
            return false;
        }
        if (state == State.TIME_WAIT.ordinal() && talk.gaveBack && luck.nextInt(24) == 0) {
            free(talk);
            return false;
        }
        if (state == State.SYN_RECEIVED.ordinal()) {
            shot.begin(talk, now);
            shot.write(talk);
            return shot.counts(talk);
        }
        talk.established = true;
        boolean old = talk.age > talk.lifetime;
        boolean closing = talk.engineFin && luck.nextInt(30) == 0;
        if (closing || old && luck.nextInt(10) == 0) {
            return end(talk, now);
        }
        if (luck.nextInt(8) >= talk.stubborn || old && luck.nextInt(6) == 0) {
            int ahead = talk.engineNxt - talk.taken;
            talk.taken += luck.nextInt(3) == 0 && ahead > 0 ? luck.nextInt(ahead + 1) : ahead;
        }
        return new Choice(talk, state, now).shoot();
    }

    /// A connection that has lived long enough comes to its end, one way or another.
    private boolean end(Talk talk, int now) {
        talk.age = talk.lifetime / 2;
        shot.begin(talk, now);
        shot.flags = luck.nextInt(12) == 0 ? TcpHeader.RST : TcpHeader.FIN | TcpHeader.ACK;
        if (talk.finSent && luck.nextBoolean()) {
            shot.seq = talk.sent - 1;
        }
        if (shot.flags == TcpHeader.RST) {
            shot.seq = talk.acked;
        }
        shot.write(talk);
        return shot.counts(talk);
    }

    /// What a peer sends for a connection that is established, or was.
    private final class Choice {
        private final Talk talk;
        private final int state;

        Choice(Talk talk, int state, int now) {
            this.talk = talk;
            this.state = state;
            shot.begin(talk, now);
        }

        boolean shoot() {
            // Who gave his connection back reads nothing more: text would end it.
            int choice = talk.gaveBack && luck.nextInt(30) != 0 ? 30 + luck.nextInt(24) : luck.nextInt(100);
            if (choice < 30) {
                inOrder(talk.window());
            } else if (choice < 54) {
                shot.window = luck.nextInt(4) == 0 ? luck.nextInt(4000) : 0xFFFF;
            } else if (choice < 62) {
                ahead();
            } else if (choice < 68) {
                again();
            } else if (choice < 74) {
                gaps();
            } else if (choice < 84) {
                odd(choice);
            } else if (choice < 88) {
                shot.window = luck.nextBoolean() ? 0 : luck.nextInt(20);
            } else if (choice < 90) {
                shot.soup(luck);
                shot.text = Math.clamp(talk.window(), 0, luck.nextInt(300));
            } else {
                inOrder(Math.min(talk.window(), 1460));
                shot.write(talk);
                tally.mutated++;
                return shot.mutate(talk, luck);
            }
            if (state == State.TIME_WAIT.ordinal()) {
                // A SYN would begin another connection.
                shot.flags &= ~TcpHeader.SYN;
            }
            shot.trafficClass = luck.nextInt(40) == 0 ? 3 : 0;
            shot.write(talk);
            return shot.counts(talk);
        }

        private void inOrder(int room) {
            int most = Math.min(room, talk.link == 2 && luck.nextInt(8) == 0 ? 62_000 : 1400);
            shot.text = most <= 0 ? 1 : 1 + luck.nextInt(most);
            shot.large = shot.text > 1400;
            shot.flags |= luck.nextBoolean() ? TcpHeader.PSH : 0;
        }

        private void ahead() {
            int room = talk.window();
            if (room > 2 && talk.hasRoom()) {
                int skip = 1 + luck.nextInt(Math.min(room - 1, 20_000));
                shot.seq = talk.sent + skip;
                shot.text = 1 + luck.nextInt(Math.min(room - skip, 1400));
            }
        }

        private void again() {
            int back = luck.nextInt(4000);
            shot.seq = talk.sent - back;
            shot.text = luck.nextInt(1400);
        }

        private void gaps() {
            int ahead = talk.engineNxt - talk.taken;
            if (ahead > 2) {
                for (int i = luck.nextInt(3); i >= 0; i--) {
                    int left = talk.taken + 1 + luck.nextInt(ahead - 1);
                    int right = left + 1 + luck.nextInt(talk.engineNxt - left + 1);
                    if (luck.nextInt(20) == 0) {
                        right = luck.nextInt();
                    }
                    shot.options.sack(left, right);
                }
            } else {
                int right = talk.taken - luck.nextInt(3000);
                shot.options.sack(right - luck.nextInt(3000), right);
            }
        }

        private void odd(int choice) {
            switch (choice) {
                case 74 -> {
                    shot.flags = TcpHeader.RST;
                    shot.seq = talk.acked + luck.nextInt(-3000, 70_000);
                }
                case 75 -> {
                    shot.flags = TcpHeader.SYN | (luck.nextBoolean() ? TcpHeader.ACK : 0);
                    shot.seq = talk.acked + luck.nextInt(-3000, 70_000);
                }
                case 76 -> {
                    shot.seq = talk.edge + luck.nextInt(-2, 3000);
                    shot.text = luck.nextInt(1400);
                }
                case 77 -> shot.ack = talk.engineNxt + luck.nextInt(-200_000, 100_000);
                case 78 -> shot.ack = luck.nextInt();
                case 79 -> {
                    shot.options.clear();
                    if (luck.nextBoolean()) {
                        shot.options.timestamps(luck.nextInt(), luck.nextInt());
                    }
                    inOrder(talk.window());
                }
                case 80 -> {
                    shot.flags |= TcpHeader.URG;
                    shot.urgent = luck.nextInt(1 << luck.nextInt(17));
                    inOrder(talk.window());
                }
                case 81 -> {
                    shot.seq = talk.acked - 1;
                    shot.text = luck.nextInt(2);
                }
                case 82 -> {
                    shot.flags = luck.nextInt(512) & ~(TcpHeader.SYN | TcpHeader.RST | TcpHeader.FIN);
                    inOrder(talk.window());
                }
                default -> {
                    shot.flags |= TcpHeader.FIN;
                    shot.seq = talk.sent + luck.nextInt(-2, 3);
                    shot.text = luck.nextInt(3);
                    if (luck.nextInt(4) != 0) {
                        shot.flags &= ~TcpHeader.FIN;
                    }
                }
            }
        }
    }
}
