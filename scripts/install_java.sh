#!/bin/sh
# Java and BeanShell, from wherever they can be had: install_java.sh VIRTUAL_ENVIRONMENT [SYSTEM_JARS]
#
# Beanshell activities and most local workers are scripts for BeanShell 2.0b4,
# the version Taverna bundled; dom4j, jaxen, commons-codec and mail are what
# the scripts of local workers import. Debian and Ubuntu have all of them;
# elsewhere they come from Maven, by coordinates and pinned checksums, into
# VIRTUAL_ENVIRONMENT/share/taverna-server/java. Where neither works, one
# sentence says what is lost. Never fails: everything else works without Java.
set -u
jars=$1/share/taverna-server/java
system=${2:-/usr/share/java}

# artifact, name among the system's jars, SHA-256
artifacts='
org.beanshell:bsh:2.0b4 bsh 91395c07885839a8c6986d5b7c577cd9bacf01bf129c89141f35e8ea858427b6
dom4j:dom4j:1.6.1 dom4j 593552ffea3c5823c6602478b5002a7c525fd904a3c44f1abe4065c22edfac73
jaxen:jaxen:1.1.6 jaxen 5ac9c74bbb3964b34a886ba6b1b6c0b0dc3ebeebc1dc4a44942a76634490b3eb
commons-codec:commons-codec:1.15 commons-codec b3e9f6d63a790109bf0d056611fbed1cf69055826defeb9894a71369d246ed63
javax.mail:mail:1.4.7 javax.mail 78c33b4f7c7b60f4b680f2d2405b1f063d71929cf1a4fbc328888379f365fcfb
com.sun.activation:javax.activation:1.2.0 javax.activation 993302b16cd7056f21e779cc577d175a810bb4900ef73cd8fbf2b50f928ba9ce
'

have_java() { java -version >/dev/null 2>&1; }

have_jars() {
    echo "$artifacts" | while read -r artifact name checksum; do
        [ -z "$artifact" ] || [ -e "$system/$name.jar" ] || [ -e "$jars/$name.jar" ] || exit 1
    done
}

missing() { ! have_java || ! have_jars; }

from_debian() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "Installing Java and BeanShell with apt-get."
    java=
    have_java || java=default-jre-headless
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # nothing rather than an empty word
    { apt-get -qq update; apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends \
        $java bsh libdom4j-java libjaxen-java libcommons-codec-java libmail-java; } \
        </dev/null >/dev/null
}

from_maven() {
    have_java && command -v mvn >/dev/null || return 1
    echo "Fetching BeanShell with Maven."
    mkdir -p "$jars"
    echo "$artifacts" | while read -r artifact name checksum; do
        [ -z "$artifact" ] || fetch "$artifact" "$name" "$checksum" </dev/null || exit 1
    done
}

fetch() {
    rest=${1#*:}
    file=$jars/${rest%%:*}-${rest#*:}.jar
    mvn -B -q -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
        -Dartifact="$1" -DoutputDirectory="$jars" >/dev/null || return 1
    if echo "$3  $file" | sha256sum -c --status; then
        mv "$file" "$jars/$2.jar"
    else
        rm -f "$file"
        echo "$1 is not the file it should be (its checksum differs): not used." >&2
        return 1
    fi
}

if missing && { from_debian || from_maven; missing; }; then
    echo "Java with BeanShell 2.0b4 is not here and could not be installed: Beanshell activities and" \
        "local workers written in it will fail, everything else works; install a Java runtime (17 or" \
        "later) and Debian's packages bsh libdom4j-java libjaxen-java libcommons-codec-java" \
        "libmail-java (or a Java runtime and Maven), then say 'make java'."
fi >&2
exit 0
