# The service of encoded.wsdl in Perl: SOAP::Lite, which many services of the time were made with.
use strict;
use SOAP::Transport::HTTP;

package Genes;
sub title { SOAP::Data->name('return')->type('string')->value("$_[1] a <gene>") }
sub pathways { SOAP::Data->name('return' => [map {"path:$_:$_[2]"} @{$_[1]}]) }
sub find { SOAP::Data->name('return' => [{id => $_[1]->{id}, length => $_[1]->{length} + 1}]) }
sub picture { SOAP::Data->name('return')->type('base64Binary')->value("\x89PNG") }

package main;
my $daemon = SOAP::Transport::HTTP::Daemon
    ->new(LocalAddr => '127.0.0.1', LocalPort => 0)
    ->dispatch_with({'urn:genes' => 'Genes'})
    ->on_action(sub {});
$| = 1;
print $daemon->url, "\n";
$daemon->handle;
