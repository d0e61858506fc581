package bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The whole job in one processor, two stores, both holding compact binary values.
 * acct: account_id -> balance(8) status(1) n(1) pos(1) ring of n 64-bit event-id hashes (n <= 64)
 * vps : vps_id     -> period_start(8) period_end(8) tariff(1) paid-mask(1) open-case-mask(1) account_id
 */
final class BillingProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    static final String ACCT = "acct", VPS = "vps";
    private static final VarHandle L = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle I = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int RING = 64, A_STATUS = 8, A_N = 9, A_POS = 10, A_HDR = 11;
    private static final int V_TARIFF = 16, V_PAID = 17, V_OPEN = 18, V_HDR = 19;
    private static final byte ORDER_CASE = (byte) 0x80;
    private static final long BASE = 5_000_000L;
    private static final int FREE = Job.PRICED;

    static final class Supplier implements ProcessorSupplier<byte[], byte[], byte[], byte[]> {
        private final boolean rocks, cache;
        private final Job.InputIds ids;
        Supplier(boolean rocks, boolean cache, Job.InputIds ids) { this.rocks = rocks; this.cache = cache; this.ids = ids; }
        @Override public Processor<byte[], byte[], byte[], byte[]> get() { return new BillingProcessor(ids); }
        @Override public Set<StoreBuilder<?>> stores() { return Set.of(store(ACCT), store(VPS)); }
        private StoreBuilder<?> store(String name) {
            KeyValueBytesStoreSupplier s = rocks ? Stores.persistentKeyValueStore(name) : Stores.inMemoryKeyValueStore(name);
            StoreBuilder<KeyValueStore<byte[], byte[]>> b =
                    Stores.keyValueStoreBuilder(s, Serdes.ByteArray(), Serdes.ByteArray()).withLoggingEnabled(Map.of());
            return cache ? b.withCachingEnabled() : b.withCachingDisabled();
        }
    }

    private final Job.InputIds ids;
    private ProcessorContext<byte[], byte[]> ctx;
    private KeyValueStore<byte[], byte[]> acct, vps;
    private BinaryDecoder dec;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    private final BinaryEncoder enc = EncoderFactory.get().directBinaryEncoder(out, null);
    private final Utf8 eventId = new Utf8(), vpsId = new Utf8(), template = new Utf8(), tariff = new Utf8(), orderId = new Utf8(), tmp = new Utf8();
    private long calStart = Long.MIN_VALUE, calEnd;
    private int calMonths;

    // ---- the catalogue, compiled in (job.md)
    private static final byte[] EUR = {'E', 'U', 'R'}, M1 = {'m', '1'}, NONE = {};
    private static final byte[][] ITEM = new byte[7][];
    private static final long[][] PRICE = new long[Job.TARIFFS][7];
    private static final HashMap<Utf8, Integer> TEMPLATE_ITEM = new HashMap<>(), TARIFF_INDEX = new HashMap<>();
    private static final long EFFECTIVE = 1735689600000L;   // 2025-01-01
    static {
        for (int i = 0; i < Job.PRICED; i++) ITEM[i] = Job.id("os", i, 2);
        ITEM[FREE] = new byte[] {'f', 'r', 'e', 'e'};
        for (int t = 0; t < Job.TARIFFS; t++) {
            for (int i = 0; i < Job.PRICED; i++) PRICE[t][i] = (i + 1) * 1_000_000L + t * 100_000L;
            TARIFF_INDEX.put(new Utf8(Job.id("t", t, 1)), t);
        }
        for (int i = 0; i < Job.PRICED; i++) TEMPLATE_ITEM.put(new Utf8(Job.id("ISPsystem__OS ", i, 2)), i);
    }
    private static int item(Utf8 template) { Integer i = TEMPLATE_ITEM.get(template); return i == null ? FREE : i; }

    private BillingProcessor(Job.InputIds ids) { this.ids = ids; }

    @Override public void init(ProcessorContext<byte[], byte[]> context) {
        ctx = context;
        acct = context.getStateStore(ACCT);
        vps = context.getStateStore(VPS);
    }

    @Override public void process(Record<byte[], byte[]> r) {
        byte[] v = r.value();
        if (v == null || v.length < 6 || v[0] != 0) return;
        dec = DecoderFactory.get().binaryDecoder(v, 5, v.length - 5, dec);
        try {
            dec.readString(eventId);
            dec.readLong();                       // occurred_at
            dec.skipString();                     // account_id == key
            int id = (int) I.get(v, 1);
            if (id == ids.osInstalled()) osInstalled(r);
            else if (id == ids.order()) order(r);
            else if (id == ids.account()) account(r);
        } catch (IOException e) { throw new RuntimeException(e); }
    }

    private void account(Record<byte[], byte[]> r) throws IOException {
        int kind = dec.readEnum();
        long amount = dec.readLong();
        byte[] a = acct.get(r.key());
        long h = hash(eventId);
        if (a == null) { a = new byte[A_HDR]; } else if (seen(a, h)) return;
        a = remember(a, h);
        switch (kind) {
            case 0 -> a[A_STATUS] = 0;                                            // OPENED
            case 1 -> L.set(a, 0, (long) L.get(a, 0) + amount);                   // DEPOSIT
            case 2 -> L.set(a, 0, (long) L.get(a, 0) - amount);                   // WITHDRAWAL
            case 4 -> a[A_STATUS] = 1;
            case 5 -> a[A_STATUS] = 0;
            case 6 -> a[A_STATUS] = 2;
            default -> { }
        }
        acct.put(r.key(), a);
    }

    private void order(Record<byte[], byte[]> r) throws IOException {
        dec.readString(orderId); dec.readString(vpsId); dec.skipString(); dec.readString(tariff); dec.readString(template);
        int kind = dec.readEnum();
        long start = dec.readLong();
        int months = dec.readInt();
        byte[] a = acct.get(r.key());
        if (a == null || kind != 0) return;
        long h = hash(eventId);
        if (seen(a, h)) return;
        a = remember(a, h);
        int t = TARIFF_INDEX.get(tariff), item = item(template);
        long end = plusMonths(start, months);
        byte[] k = r.key(), v = new byte[V_HDR + k.length];
        L.set(v, 0, start); L.set(v, 8, end); v[V_TARIFF] = (byte) t;
        System.arraycopy(k, 0, v, V_HDR, k.length);
        long os = PRICE[t][item], amount = BASE + os, balance = (long) L.get(a, 0);
        byte[] vid = Arrays.copyOf(vpsId.getBytes(), vpsId.getByteLength());
        if (balance >= amount) {
            balance -= amount;
            L.set(a, 0, balance);
            if (item != FREE) v[V_PAID] |= (byte) (1 << item);
            beginCharge(r, orderId.getBytes(), orderId.getByteLength(), amount, balance, "order-placed");
            enc.writeArrayStart(); enc.setItemCount(item == FREE ? 1 : 2);
            enc.startItem(); line(0, NONE, BASE, start, end, start, BASE);
            if (item != FREE) { enc.startItem(); line(1, ITEM[item], os, start, end, start, os); }
            enc.writeArrayEnd();
            ctx.forward(r.withValue(out.toByteArray()), "charge");
        } else {
            v[V_OPEN] |= ORDER_CASE;
            notification(r, amount, balance, "order", "order-placed");
        }
        vps.put(vid, v);
        acct.put(r.key(), a);
    }

    private void osInstalled(Record<byte[], byte[]> r) throws IOException {
        dec.readString(vpsId); dec.skipString(); dec.readString(template);
        long at = dec.readLong();
        byte[] key = r.key(), a = acct.get(key);
        if (a == null) return;
        long h = hash(eventId);
        if (seen(a, h)) return;
        a = remember(a, h);
        int item = item(template);
        if (item != FREE) install(r, a, item, at);
        acct.put(key, a);
    }

    private void install(Record<byte[], byte[]> r, byte[] a, int item, long at) throws IOException {
        byte[] vid = Arrays.copyOf(vpsId.getBytes(), vpsId.getByteLength());
        byte[] old = vps.get(vid);
        if (old == null) return;
        byte bit = (byte) (1 << item);
        long start = (long) L.get(old, 0), end = (long) L.get(old, 8);
        if (at >= end || at < start) return;      // renewals are not part of this job
        if ((old[V_PAID] & bit) != 0) return;
        long price = PRICE[old[V_TARIFF]][item], len = end - start;
        long amount = (2 * price * (end - at) + len) / (2 * len);      // half up to a micro
        long balance = (long) L.get(a, 0);
        if (balance >= amount) {
            balance -= amount;
            L.set(a, 0, balance);
            byte[] v = old.clone();
            v[V_PAID] |= bit; v[V_OPEN] &= (byte) ~bit;
            vps.put(vid, v);
            beginCharge(r, NONE, 0, amount, balance, "os-install");
            enc.writeArrayStart(); enc.setItemCount(1);
            enc.startItem(); line(1, ITEM[item], price, start, end, at, amount);
            enc.writeArrayEnd();
            ctx.forward(r.withValue(out.toByteArray()), "charge");
        } else if ((old[V_OPEN] & bit) == 0) {
            byte[] v = old.clone();
            v[V_OPEN] |= bit;
            vps.put(vid, v);
            notification(r, amount, balance, new String(ITEM[item]), "os-install");
        }
    }

    // ---- outputs
    private void str(byte[] b) throws IOException { enc.writeBytes(b, 0, b.length); }
    private void str(Utf8 u) throws IOException { enc.writeBytes(u.getBytes(), 0, u.getByteLength()); }
    private void prefixed(String p, Utf8 u) throws IOException {
        enc.writeLong(p.length() + u.getByteLength());
        for (int i = 0; i < p.length(); i++) out.write(p.charAt(i));
        out.write(u.getBytes(), 0, u.getByteLength());
    }
    private void head(int schema, String rule) throws IOException {
        out.reset(); out.write(0); out.write(0); out.write(0); out.write(0); out.write(schema);
        RecordMetadata m = ctx.recordMetadata().get();
        str(eventId); enc.writeString(m.topic()); enc.writeInt(m.partition()); enc.writeLong(m.offset());
        enc.writeLong(ctx.currentSystemTimeMs());
        enc.writeString(rule);
    }
    private void beginCharge(Record<byte[], byte[]> r, byte[] order, int orderLen, long amount, long after, String rule) throws IOException {
        head(Job.ID_CHARGE, rule);
        prefixed("c-", eventId);
        str(r.key()); str(vpsId); enc.writeBytes(order, 0, orderLen);
        str(EUR); enc.writeLong(amount); enc.writeLong(after);
    }
    private void line(int kind, byte[] item, long price, long start, long end, long from, long amount) throws IOException {
        enc.writeEnum(kind); str(item); str(template); enc.writeLong(price); enc.writeLong(EFFECTIVE);
        enc.writeLong(start); enc.writeLong(end); enc.writeLong(from); enc.writeLong(amount);
    }
    private void notification(Record<byte[], byte[]> r, long amount, long available, String what, String rule) throws IOException {
        head(Job.ID_NOTIFICATION, rule);
        prefixed("n-", eventId);
        enc.writeEnum(0); enc.writeEnum(1);
        str(r.key()); str(vpsId); str(M1); str(template); str(EUR);
        enc.writeLong(amount); enc.writeLong(available); enc.writeLong(amount - available);
        prefixed(what + ":", vpsId);
        enc.writeString("insufficient funds");
        ctx.forward(r.withValue(out.toByteArray()), "notification");
    }

    // ---- duplicates: the last 64 event ids of an account, as 64-bit hashes
    private static long hash(Utf8 u) {
        byte[] b = u.getBytes();
        long h = 0xcbf29ce484222325L;
        for (int i = 0, n = u.getByteLength(); i < n; i++) h = (h ^ b[i]) * 0x100000001b3L;
        return Job.mix(h);
    }
    private static boolean seen(byte[] a, long h) {
        for (int i = 0, n = a[A_N], p = A_HDR; i < n; i++, p += 8) if ((long) L.get(a, p) == h) return true;
        return false;
    }
    /** always a fresh array: the old one may still sit in the record cache */
    private static byte[] remember(byte[] a, long h) {
        int n = a[A_N];
        if (n < RING) {
            byte[] b = Arrays.copyOf(a, A_HDR + 8 * (n + 1));
            L.set(b, A_HDR + 8 * n, h);
            b[A_N] = (byte) (n + 1);
            return b;
        }
        byte[] b = a.clone();
        int pos = a[A_POS];
        L.set(b, A_HDR + 8 * pos, h);
        b[A_POS] = (byte) ((pos + 1) % RING);
        return b;
    }
    private long plusMonths(long start, int months) {
        if (start != calStart || months != calMonths) {
            calStart = start; calMonths = months;
            calEnd = Instant.ofEpochMilli(start).atZone(ZoneOffset.UTC).plusMonths(months).toInstant().toEpochMilli();
        }
        return calEnd;
    }
}
