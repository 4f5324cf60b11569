cwlVersion: v1.0
class: CommandLineTool
requirements:
  DockerRequirement:
    dockerPull: python:3.11-slim
baseCommand: python
arguments:
  - position: 4
    prefix: --greetings
    valueFrom: results/greetings.txt
inputs:
  program:
    type: File
    inputBinding: {position: 1}
  names:
    type: File
    inputBinding: {position: 2, prefix: --names}
  pause:
    type: float
    inputBinding: {position: 3, prefix: --pause}
outputs:
  greetings:
    type: File
    outputBinding: {glob: results/greetings.txt}
