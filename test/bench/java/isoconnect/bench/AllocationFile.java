// What all threads of this JVM have allocated on its heap so far, in bytes, kept in a file: the JVM's own count (ThreadMXBean).
package isoconnect.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

final class AllocationFile {
    private static final long INTERVAL_MS = 100;

    static void keep(String file) {
        if (file == null) return;
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Thread keeper = new Thread(() -> {
            try {
                for (;;) {
                    long sum = 0;
                    for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) sum += Math.max(0, bytes);
                    // whole at every moment: a reader once found it empty, and Java had allocated less than nothing
                    Files.move(Files.writeString(Path.of(file + ".next"), String.valueOf(sum)), Path.of(file), StandardCopyOption.ATOMIC_MOVE);
                    Thread.sleep(INTERVAL_MS);
                }
            } catch (IOException | InterruptedException end) {
                Thread.currentThread().interrupt();
            }
        }, "allocation-file");
        keeper.setDaemon(true);
        keeper.start();
    }
}
