package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.SECONDS;

import netkeep.engine.socket.Ask;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Errno;
import netkeep.session.Event;
import netkeep.session.Option;

/// The options of a TCP socket, see [Option] for their ranges.
final class Options {
    private final Tcp tcp;
    private final Tcb tcb;

    Options(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
    }

    /// Sets an option of the open socket.
    ///
    /// @return 0 or an errno
    int set(Ask ask, long nowNs) {
        long value = ask.b;
        boolean on = value != 0;
        switch ((int) ask.a) {
            case Option.NO_DELAY -> noDelay(on);
            case Option.CORK -> cork(on, nowNs);
            case Option.KEEP_ALIVE -> {
                tcb.put(Tcb.KEEP_ALIVE, on);
                if (tcb.tcpState().synchronised()) {
                    tcp.timers.keepAliveChanged(nowNs);
                }
            }
            case Option.KEEP_IDLE -> {
                return seconds(value, Short.MAX_VALUE, nowNs, tcb::keepIdle);
            }
            case Option.KEEP_INTERVAL -> {
                return seconds(value, Short.MAX_VALUE, nowNs, tcb::keepInterval);
            }
            case Option.KEEP_COUNT -> {
                return seconds(value, Byte.MAX_VALUE, nowNs, tcb::keepCount);
            }
            case Option.LINGER -> tcb.linger(Math.clamp(value, -1, 65534) + 1);
            case Option.SEND_BUFFER -> {
                tcb.set(Tcb.SEND_FIXED);
                tcb.sndBuffer(Math.clamp(value, 2048, tcp.sockets.capacity(tcb)));
                // Who waits for room may wait for more than there will ever be now.
                tcp.sockets.tell(tcb.index(), Event.WRITE);
            }
            case Option.RECEIVE_BUFFER -> {
                tcb.set(Tcb.RECEIVE_FIXED);
                tcb.rcvBuffer(Math.clamp(value, 2048, tcp.receiveBufferMost(tcb)));
            }
            case Option.REUSE_ADDRESS -> tcb.put(Endpoint.REUSE_ADDRESS, on);
            case Option.REUSE_PORT -> tcb.put(Endpoint.REUSE_PORT, on);
            case Option.TRAFFIC_CLASS -> tcb.trafficClass((int) value & 0xFF);
            case Option.HOPS -> tcb.hops(Math.clamp(value, 0, 255));
            case Option.USER_TIMEOUT -> {
                tcb.userTimeoutMs(Math.clamp(value, 0, Integer.MAX_VALUE));
                tcb.timeoutSet(on);
            }
            case Option.ADVERTISED_TIMEOUT -> {
                return tcp.userTimeout.advertise(value);
            }
            case Option.URGENT_INLINE -> tcb.put(Tcb.URGENT_INLINE, on);
            case Option.CONGESTION -> tcb.congestion(on ? 1 : 0);
            case Option.MAX_SEGMENT -> {
                if (value != 0 && (value < 88 || value > 65495)) {
                    return Errno.EINVAL;
                }
                tcb.maxSegment((int) value);
            }
            case Option.QUICK_ACK -> tcb.put(Tcb.QUICK_ACK, on);
            case Option.RECEIVE_LOW_WATER -> tcb.rcvLowWater(Math.clamp(value, 1, 1 << 20));
            default -> {
                return Errno.ENOPROTOOPT;
            }
        }
        return 0;
    }

    private void noDelay(boolean on) {
        tcb.put(Tcb.NO_DELAY, on);
        if (on && tcb.has(Tcb.CORK) && tcp.output.unsent()) {
            // What a cork holds back goes now, as on Linux; the cork stays for what comes.
            tcb.set(Tcb.PROBE);
        }
    }

    private void cork(boolean on, long nowNs) {
        tcb.put(Tcb.CORK, on);
        if (tcb.timer() == Timers.CORK) {
            tcp.timers.arm(nowNs);
        }
    }

    private int seconds(long value, int most, long nowNs, java.util.function.IntConsumer set) {
        if (value < 1 || value > most) {
            return Errno.EINVAL;
        }
        set.accept((int) value);
        if (tcb.has(Tcb.KEEP_ALIVE) && tcb.tcpState().synchronised()) {
            tcb.idleNs(nowNs + SECONDS.toNanos(tcb.keepIdle()));
        }
        return 0;
    }
}
