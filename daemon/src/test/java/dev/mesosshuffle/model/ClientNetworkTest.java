package dev.mesosshuffle.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientNetworkTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "2001:db8:0:7::1, 2001:db8:0:7:ffff:ffff:ffff:ffff",
        "::1, ::2",
        "fe80::1, fe80::2",
    })
    void oneHostMayHaveBoth(String one, String other) throws Exception {
        assertThat(of(one)).isEqualTo(of(other)).hasSameHashCodeAs(of(other));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.2",
        "255.0.0.0, 0.0.0.255",
        "2001:db8:0:7::1, 2001:db8:0:8::1",
        "::1, 0.0.0.0",
        "0:0:0:1::, 0.0.0.1",
    })
    void belongToDifferentHosts(String one, String other) throws Exception {
        assertThat(of(one)).isNotEqualTo(of(other));
    }

    @Test
    void anAddressOfIpv4IsTheSameHoweverItArrives() throws Exception {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff, (byte) 200, 0, 0, 1};
        // Not by its own factory, which returns one of IPv4.
        InetAddress ipv6 = Inet6Address.getByAddress(null, mapped, 0);
        assertThat(ipv6.getAddress()).hasSize(16);
        assertThat(ClientNetwork.of(ipv6)).isEqualTo(of("200.0.0.1"));
    }

    private static ClientNetwork of(String address) throws Exception {
        return ClientNetwork.of(InetAddress.getByName(address));
    }
}
