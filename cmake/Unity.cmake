# The presets build in batches (CMAKE_UNITY_BUILD: headers are parsed once a batch instead of once a file). These files keep a translation
# unit of their own, because file-local names of theirs are also used by a neighbour.
set(RELAYBENCH_ALONE
    core/secret.cpp core/units.cpp
    wire/url.cpp wire/key_format.cpp
    scenario/connect_to.cpp scenario/field.cpp scenario/node.cpp scenario/node_yaml.cpp scenario/load_fields.cpp scenario/relay_fields.cpp scenario/relay_list_field.cpp scenario/relay_spec.cpp scenario/scenario_fields.cpp
    net/response_reader.cpp net/listener_http.cpp net/client_streaming.cpp net/client_transport.cpp net/frame_reader.cpp
    result/read_arm_json.cpp result/read_journal_json.cpp result/journal_json.cpp result/series_recorder.cpp result/write_json.cpp
    doctor/websocket_probe.cpp doctor/tls_failure.cpp doctor/channel.cpp doctor/handshake.cpp
    doctor/answerer.cpp doctor/connection_use.cpp doctor/key_use.cpp doctor/pacing.cpp doctor/relay_identity.cpp
    doctor/sse_probe.cpp doctor/stream_arms.cpp doctor/stream_timing.cpp doctor/websocket_pings.cpp doctor/websocket_refusal.cpp
    doctor/check_body.cpp doctor/check_certificates.cpp doctor/check_clock.cpp doctor/clock_verdict.cpp doctor/control_hosts.cpp doctor/control_verdict.cpp doctor/real_stream.cpp doctor/this_network.cpp doctor/dns_verdict.cpp doctor/portal.cpp doctor/tcp_verdict.cpp doctor/tls_verdict.cpp
    judge/gate_operand.cpp judge/gate_parser.cpp judge/gate.cpp judge/wording.cpp
    report/terminal_compare.cpp report/terminal_run.cpp report/doctor_forward.cpp report/terminal_doctor.cpp
    relay/ready_profiles.cpp)
list(TRANSFORM RELAYBENCH_ALONE PREPEND ${CMAKE_SOURCE_DIR}/src/)
# Checks, and the arms of the idle ladder, are alike on purpose: each file has its own budgets and helpers of the same names.
file(GLOB checks CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/doctor/checks_*.cpp ${CMAKE_SOURCE_DIR}/src/doctor/idle_*.cpp)
list(APPEND RELAYBENCH_ALONE ${checks})
set_source_files_properties(${RELAYBENCH_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)

# The same among the tests; called where their targets are made, as the property belongs to a folder.
function(relaybench_tests_alone)
    list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/tests/ OUTPUT_VARIABLE files)
    set_source_files_properties(${files} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
