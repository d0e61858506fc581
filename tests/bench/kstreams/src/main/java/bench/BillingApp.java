package bench;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/** bootstrap= app= in=PREFIX out=PREFIX ids=ACCOUNT,ORDER,OS_INSTALLED store=rocksdb|memory state=FOLDER threads= cache= */
public final class BillingApp {
    /** Larger memtables than the default 16 MiB: fewer flushes and compactions on a write-heavy store. */
    public static final class Rocks implements RocksDBConfigSetter {
        @Override public void setConfig(String name, Options o, Map<String, Object> c) {
            o.setWriteBufferSize(64L << 20);
            o.setMaxWriteBufferNumber(3);
        }
        @Override public void close(String name, Options o) { }
    }

    public static void main(String[] argv) throws Exception {
        Args a = new Args(argv);
        String in = a.s("in", "bench."), out = a.s("out", "bench.");
        boolean rocks = a.s("store", "rocksdb").equals("rocksdb");
        Properties p = new Properties();
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, a.s("app", "bench-billing"));
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, a.s("bootstrap", "127.0.0.1:29092"));
        p.put(StreamsConfig.STATE_DIR_CONFIG, a.s("state", "state"));
        p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, a.l("commit-ms", 100));
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, (int) a.l("threads", 1));
        p.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, a.l("cache-mb", 256) << 20);
        p.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, (int) a.l("buffered", 4000));
        p.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        p.put(StreamsConfig.mainConsumerPrefix("max.poll.records"), (int) a.l("poll", 4000));
        p.put(StreamsConfig.mainConsumerPrefix("internal.leave.group.on.close"), true);   // so that the next start need not wait for the session to expire
        p.put(StreamsConfig.producerPrefix("acks"), "all");
        p.put(StreamsConfig.producerPrefix("compression.type"), "none");
        p.put(StreamsConfig.producerPrefix("batch.size"), (int) a.l("batch", 131072));
        p.put(StreamsConfig.producerPrefix("buffer.memory"), 64L << 20);
        if (rocks && a.b("tuned", true)) p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, Rocks.class);

        ByteArrayDeserializer d = new ByteArrayDeserializer();
        ByteArraySerializer s = new ByteArraySerializer();
        Topology t = new Topology();
        t.addSource("account", d, d, in + "account");
        t.addSource("order", d, d, in + "order");
        t.addSource("os-installed", d, d, in + "os-installed");
        t.addProcessor("billing", new BillingProcessor.Supplier(rocks, a.b("cache", false), Job.InputIds.of(a.s("ids", "1,2,3"))), "account", "order", "os-installed");
        t.addSink("charge", out + "charge", s, s, "billing");
        t.addSink("notification", out + "notification", s, s, "billing");

        KafkaStreams ks = new KafkaStreams(t, p);
        CountDownLatch done = new CountDownLatch(1);
        long t0 = System.nanoTime();
        ks.setStateListener((n, o) -> {
            System.out.printf("%.2f s: %s -> %s%n", (System.nanoTime() - t0) / 1e9, o, n);
            if (n == KafkaStreams.State.ERROR) { Runtime.getRuntime().halt(3); }
        });
        ks.setUncaughtExceptionHandler(e -> {
            e.printStackTrace();
            return org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> { ks.close(Duration.ofSeconds(30)); done.countDown(); }));
        ks.start();
        done.await();
    }
}
