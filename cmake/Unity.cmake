# The presets build in batches (CMAKE_UNITY_BUILD: headers are parsed once a batch instead of once a file). These files keep a translation
# unit of their own, because file-local names of theirs are also used by a neighbour in the batch.
set(RELAYBENCH_ALONE
    core/secret.cpp wire/url.cpp wire/zstd_frames.cpp
    scenario/node_yaml.cpp scenario/ready.cpp scenario/relay_fields.cpp scenario/relay_list_field.cpp scenario/relay_rules.cpp scenario/relay_spec.cpp scenario/scenario_fields.cpp
    net/response_reader.cpp net/listener_http.cpp result/timeline.cpp
    doctor/checks_tls.cpp doctor/client_routes.cpp doctor/connection_use.cpp doctor/control_hosts.cpp doctor/tcp_verdict.cpp doctor/idle_ladder.cpp doctor/idle_socket_arm.cpp
    doctor/idle_stream_arm.cpp doctor/key_use.cpp doctor/portal.cpp doctor/relay_identity.cpp doctor/tls_failure.cpp doctor/tls_verdict.cpp doctor/http_exchange.cpp doctor/pacing.cpp
    doctor/stream_arms.cpp doctor/completion_use.cpp doctor/key_inside.cpp doctor/key_verdict.cpp doctor/model_list_json.cpp doctor/model_use.cpp doctor/real_stream.cpp
    doctor/websocket_refusal.cpp
    judge/gate_operand.cpp report/terminal_compare.cpp)
list(TRANSFORM RELAYBENCH_ALONE PREPEND ${CMAKE_SOURCE_DIR}/src/)
set_source_files_properties(${RELAYBENCH_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)

# Batches are dealt like cards: file-local names are used again by files that are alike, those have like names, and so stand side by side in
# the alphabet, but in different batches. About six files each: twice as many would spare little and wait for one another at the end.
function(relaybench_deal target)
    list(LENGTH ARGN count)
    math(EXPR batches "(${count} + 5) / 6")
    set(card 0)
    foreach(file ${ARGN})
        math(EXPR batch "${card} % ${batches}")
        math(EXPR card "${card} + 1")
        set_source_files_properties(${file} PROPERTIES UNITY_GROUP ${target}_${batch})
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()

# The same among the tests; called where their targets are made, as the property belongs to a folder.
function(relaybench_tests_alone)
    list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/tests/ OUTPUT_VARIABLE files)
    set_source_files_properties(${files} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
