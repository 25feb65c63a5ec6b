import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Registers an executor under names that no client of Spark would send, and waits for the answer. Run from its source.
 * Arguments: PORT APPLICATION EXECUTOR LOCAL_DIR
 */
final class RegisterExecutor {
    private static final int TIMEOUT_MILLIS = 20_000;

    public static void main(String[] arguments) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream message = new DataOutputStream(body);
        message.writeByte(2);
        text(message, arguments[1]);
        text(message, arguments[2]);
        message.writeInt(1);
        text(message, arguments[3]);
        message.writeInt(64);
        text(message, "sort");
        try (Socket socket = new Socket("127.0.0.1", Integer.parseInt(arguments[0]))) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            // The frame's length, the kind of request, its id, and its body.
            out.writeLong(8 + 1 + 8 + 4 + body.size());
            out.writeByte(3);
            out.writeLong(1);
            out.writeInt(body.size());
            body.writeTo(out);
            out.flush();
            new DataInputStream(socket.getInputStream()).readLong();
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
