cwlVersion: v1.0
class: Workflow
inputs:
  program: File
  names: File
  pause: float
outputs:
  greetings:
    type: File
    outputSource: greet/greetings
steps:
  greet:
    run: greet.cwl
    in:
      program: program
      names: names
      pause: pause
    out: [greetings]
