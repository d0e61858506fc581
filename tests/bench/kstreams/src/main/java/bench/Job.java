package bench;

/** What the job fixes: the size of the catalogue, the form of ids, the schema ids of the outputs. */
final class Job {
    static final int TARIFFS = 10, PRICED = 6;
    static final int ID_CHARGE = 4, ID_NOTIFICATION = 5;   // compiled in: the outputs need no registry

    /** The registry's ids of the inputs' schemas. */
    record InputIds(int account, int order, int osInstalled) {
        static InputIds of(String list) {
            String[] s = list.split(",");
            return new InputIds(Integer.parseInt(s[0]), Integer.parseInt(s[1]), Integer.parseInt(s[2]));
        }
    }

    static long mix(long x) {                              // splitmix64
        long z = x + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** prefix and n with so many digits */
    static byte[] id(String prefix, long n, int digits) {
        byte[] p = prefix.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] b = java.util.Arrays.copyOf(p, p.length + digits);
        for (int i = b.length - 1; i >= p.length; i--) { b[i] = (byte) ('0' + n % 10); n /= 10; }
        return b;
    }

    private Job() { }
}
