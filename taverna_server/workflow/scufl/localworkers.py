"""Ports of Taverna 1's local workers, which were Java classes (activities.md 2).

A Scufl document only names the class; Taverna 2 replaced each by a script with
the same ports. A depth stands after a colon, a star before a port that wants bytes.
"""

from __future__ import annotations

from typing import NamedTuple

from taverna_server.workflow.model import ActivityPort

JAVA = "org.embl.ebi.escience.scuflworkers.java."
OTHER = "net.sourceforge.taverna.scuflworkers."


class WorkerPorts(NamedTuple):
    """What a local worker takes and gives."""

    inputs: tuple[ActivityPort, ...]
    outputs: tuple[ActivityPort, ...]


_TABLE = {
    JAVA: """
    ByteArrayToString: *bytes encoding -> string
    DecodeBase64: base64 -> bytes
    EchoList: *inputlist:1 -> outputlist:1
    EmitLotsOfStrings: -> strings:1
    EncodeBase64: *bytes -> base64
    ExtractImageLinks: document -> imagelinks:1
    FilterStringList: stringlist:1 regex -> filteredlist:1
    FlattenList: *inputlist:2 -> outputlist:1
    PadNumber: input targetlength -> padded
    RegularExpressionStringList: stringlist:1 regex group -> filteredlist:1
    SendEmail: to from subject body smtpserver ->
    SplitByRegex: string regex -> split:1
    StringConcat: string1 string2 -> output
    StringListMerge: stringlist:1 seperator -> concatenated
    StringSetDifference: list1:1 list2:1 -> difference:1
    StringSetIntersection: list1:1 list2:1 -> intersection:1
    StringSetUnion: list1:1 list2:1 -> union:1
    StringStripDuplicates: stringlist:1 -> strippedlist:1
    TestAlwaysFailingProcessor: foo bar -> urgle
    TestSometimesFails: in -> out
    WebImageFetcher: url base -> image
    WebPageFetcher: url base -> contents
    """,
    OTHER: """
    biojava.GenBankParserWorker: fileUrl -> genbankdata
    biojava.ReverseCompWorker: rawSeq -> revSeq
    biojava.SwissProtParserWorker: fileUrl -> results
    biojava.TranscribeWorker: dna_seq -> rna_seq
    io.ConcatenateFileListWorker: filelist:1 outputfile displayresults -> results
    io.EnvVariableWorker: -> properties
    io.FileListByExtTask: directory extension -> filelist:1
    io.FileListByRegexTask: directory regex -> filelist:1
    io.LocalCommand: command args:1 -> result
    io.TextFileReader: fileurl encoding -> filecontents
    io.TextFileWriter: outputFile filecontents encoding -> outputFile
    jdbc.SQLQueryWorker: driver password userid url provideXml sql params:1 -> \
            resultList:2 xmlresults
    jdbc.SQLUpdateWorker: driver password userid url sql params:1 -> resultList
    ncbi.NucleotideFastaWorker: id -> outputText
    ncbi.NucleotideGBSeqWorker: id -> outputText
    ncbi.NucleotideINSDSeqXMLWorker: id -> outputText
    ncbi.NucleotideTinySeqXMLWorker: id -> outputText
    ncbi.ProteinFastaWorker: id -> outputText
    ncbi.ProteinGBSeqWorker: id -> outputText
    ncbi.ProteinINSDSeqXMLWorker: id -> outputText
    ncbi.ProteinTinySeqXMLWorker: id -> outputText
    ncbi.PubMedEFetchWorker: id rettype retmode -> outputText
    ncbi.PubMedESearchWorker: term db field retstart retmax mindate maxdate rettype -> outputText
    net.BrowseUrl: url ->
    net.ExtractHeader: headers:1 header_key -> header_value
    ui.AskWorker: title message -> answer
    ui.ChooseWorker: title message selectionValues:1 -> answer
    ui.SelectFileWorker: title fileExtensions:1 fileExtLabels:1 -> selectedFile
    ui.SelectWorker: title message valueList:1 -> answer
    ui.TellWorker: title message -> answer
    ui.WarnWorker: title message -> answer
    xml.XPathTextWorker: xpath xml-text -> nodelist:1 nodelistAsXML:1
    xml.XSLTWorker: xslFileURL outFileURL inFileURL outputExt -> outputStr
    xml.XSLTWorkerWithParameters: sourceString xsltString paramList:1 -> outputString
    """,
}  # fmt: skip


def _ports(words: str) -> tuple[ActivityPort, ...]:
    return tuple(
        ActivityPort(name.lstrip("*"), int(depth or 0), name.startswith("*"))
        for name, _, depth in (word.partition(":") for word in words.split())
    )


def _workers() -> dict[str, WorkerPorts]:
    workers = {}
    for package, lines in _TABLE.items():
        for line in lines.strip().splitlines():
            name, _, words = line.strip().partition(":")
            inputs, _, outputs = words.partition("->")
            workers[package + name] = WorkerPorts(_ports(inputs), _ports(outputs))
    return workers


LOCAL_WORKERS = _workers()
"""By Java class."""
