package netkeep.trials.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/// Jedis, a client of Redis.
final class Redis {
    private static final int MANY = 2_000;

    private Redis() {}

    /// @param arguments the server's address and port
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        try (JedisPool pool = new JedisPool(arguments[0], port);
                Jedis one = pool.getResource();
                Jedis other = pool.getResource()) {
            one.set("key", "value".repeat(10_000));
            check(other.get("key").length() == 50_000, "a long value");
            Pipeline pipeline = one.pipelined();
            List<Response<Long>> counts = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                counts.add(pipeline.incr("count"));
            }
            pipeline.sync();
            check(counts.getLast().get() == MANY, "a pipeline");
            CountDownLatch subscribed = new CountDownLatch(1);
            List<String> heard = new ArrayList<>();
            Thread listener = Thread.ofVirtual()
                    .start(() -> other.subscribe(
                            new JedisPubSub() {
                                @Override
                                public void onSubscribe(String channel, int count) {
                                    subscribed.countDown();
                                }

                                @Override
                                public void onMessage(String channel, String message) {
                                    heard.add(message);
                                    unsubscribe();
                                }
                            },
                            "news"));
            subscribed.await();
            one.publish("news", "something");
            listener.join();
            check(heard.equals(List.of("something")), "news");
        }
        System.out.println("ends");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
