import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.DatagramSocketImpl;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarFile;

/**
 * Starts a war of 2011 on today's Java, and keeps it on loopback. Its XStream takes a virtual machine
 * for able to make objects only if Sun is its vendor, a property that no option of java sets. And it
 * announces itself by UDP on all interfaces, which no option of the war prevents.
 *
 * Arguments: the war, then the war's own.
 */
public final class OldWarLauncher {
    private OldWarLauncher() {}

    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.vm.vendor", "Sun Microsystems Inc.");
        DatagramSocket.setDatagramSocketImplFactory(SilentSocket::new);
        Path war = Path.of(arguments[0]);
        String mainClass;
        try (JarFile jar = new JarFile(war.toFile())) {
            mainClass = jar.getManifest().getMainAttributes().getValue("Main-Class");
        }
        ClassLoader loader = new URLClassLoader(new URL[] {war.toUri().toURL()});
        Thread.currentThread().setContextClassLoader(loader);
        loader.loadClass(mainClass)
            .getMethod("main", String[].class)
            .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    /** A UDP socket that is none: what is sent is dropped, and nothing ever arrives. */
    private static final class SilentSocket extends DatagramSocketImpl {
        @Override protected void create() {}
        @Override protected void bind(int port, InetAddress address) { localPort = port; }
        @Override protected void send(DatagramPacket packet) {}
        @Override protected void receive(DatagramPacket packet) throws IOException { never(); }
        @Override protected int peek(InetAddress address) throws IOException { return never(); }
        @Override protected int peekData(DatagramPacket packet) throws IOException { return never(); }
        @Override @Deprecated protected void setTTL(byte ttl) {}
        @Override @Deprecated protected byte getTTL() { return 0; }
        @Override protected void setTimeToLive(int ttl) {}
        @Override protected int getTimeToLive() { return 0; }
        @Override protected void join(InetAddress group) {}
        @Override protected void leave(InetAddress group) {}
        @Override protected void joinGroup(SocketAddress group, NetworkInterface on) {}
        @Override protected void leaveGroup(SocketAddress group, NetworkInterface on) {}
        @Override protected void close() {}
        @Override public void setOption(int option, Object value) {}
        @Override public Object getOption(int option) { return null; }

        private static int never() throws IOException {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interruption) {
                throw new InterruptedIOException();
            }
            return 0;
        }
    }
}
